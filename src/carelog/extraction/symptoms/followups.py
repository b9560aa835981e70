"""Questions that go on about what was just told: "how bad is it?" "mild"; "how long?" "three days"."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from carelog.extraction.exchange import open_questions, same_speaker
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.symptoms.course import frequency, trend_said
from carelog.extraction.symptoms.details import Details
from carelog.extraction.symptoms.influences import relief_said, trigger_said
from carelog.extraction.symptoms.lexicon import Lexicon
from carelog.extraction.symptoms.onset import duration, onset
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.severity import rated, score, score_said, severity_said
from carelog.extraction.symptoms.statements import Statement
from carelog.extraction.symptoms.topic import located
from carelog.extraction.utterances import PhraseTable, Utterance
from carelog.extraction.wordsets import word_set

_ASKING: Final[PhraseTable[str]] = phrase_table(
    {
        "how bad": """
            how bad | how severe | how painful | how strong | how intense | how much | scale of |
            scale from | out of ten |
            out of 10 | one to ten | 1 to 10 | mild moderate | mild , moderate | mild or | kitna tez | kitni tez
            """,
        "where": """
            where | where is | where are | where does | where do | where's | where exactly |
            where at | which side | which one |
            which joint | which joints | what part | which part | multiple joints | several joints | many joints |
            all your joints | one joint | just one | kahan | कहाँ | कहां
            """,
        "how long": "how long | kitne din | कितने दिन",
        "since when": """
            since when | when did | when was | when has | kab se | कब से | kab shuru | कब शुरू
            """,
        "which way": """
            better or worse | worse or better | getting worse | getting better | any better | any worse | improving |
            worsening | badh raha | badh rahi
            """,
        "how often": """
            how often | how frequently | how many times | constant or | come and go | comes and goes |
            kitni baar
            """,
        "what worsens": """
            makes it worse | make it worse | made it worse | brings it on | bring it on | triggers it | trigger it |
            sets it off | brings them on | makes them worse
            """,
        "what eases": """
            makes it better | make it better | made it better | makes it go away | helps it |
            helps with it | helped it |
            relieves it | relieve it | makes them better | helps them | anything help | what helps | anything helped
            """,
    }
)
_OPENINGS: Final = word_set(
    """
    how scale out one 1 mild kitna kitni kitne कितने since when kab कब better worse getting any improving worsening badh
    constant come comes makes make made brings bring triggers trigger sets help helps helped
    relieves relieve where where's
    which what kahan कहाँ कहां multiple several many just all
    """
)
# A question of any other word asks of something else: "how long is the drive", "how long have you been taking it".
_ASKING_ON: Final = word_set(
    """
    how bad severe painful strong intense much is it are they that this these those them both all the you your would
    call rate say describe on a an scale of from one to ten 1 10 0 zero out mild moderate or severe with being worst
    best pain symptoms symptom long have has had been going for did does do now since when ago so and okay ok , . ?
    having feeling lasting last lasted lasts bothering hurting hurt hurts like about right come start started kab
    kitna kitni kitne din se tez hai ho raha rahi yeh ye कब से कितने दिन है better worse getting any improving worsening
    often frequently many times constant comes and go goes anything what makes make made brings bring triggers trigger
    sets set off helps helped relieves relieve away begin began first notice noticed happen happens there then it's in
    shuru hua hui baar badh multiple several just more than or do get gets getting occur occurs help where where's
    which side joint joints part exactly body at kahan कहाँ कहां located mostly mainly worst
    """
)
_WHERE: Final = "where"
_ALL: Final = word_set("them these they those both all symptoms")
_REACH: Final = 4  # Turns back to what was told.


def followed_up(
    found: Sequence[Statement], readings: Sequence[Reading], position: int, lexicon: Lexicon
) -> dict[int, Statement]:
    """What the question of a turn and its answer add to what was told just before: indices of `found` to new ones.

    Where several symptoms were told, "it" leaves open which is meant, and nothing is added.
    """
    if position + 1 == len(readings) or not found:
        return {}
    asking, reply = readings[position].utterance, readings[position + 1]
    named = readings[position].named
    last = found[-1].position
    if position - last > _REACH or same_speaker(asking, reply.utterance) or not reply.words:
        return {}
    if _OPENINGS.isdisjoint(asking.norms) or not _ASKING.stands_in(asking.words, 0, len(asking.words)):
        return {}
    for question in open_questions(asking):
        stretch = range(question.first, question.end)
        wanted = {match[1] for i in stretch if (match := _ASKING.at(asking.words, i)) is not None}
        if not wanted or any(asking.words[i].norm not in _ASKING_ON and i not in named for i in stretch):
            continue
        told = [
            k
            for k, statement in enumerate(found)
            if statement.polarity == "present" and last - 1 <= statement.position <= last
        ]
        names = {found[k].mention.name for k in told}
        if any(mention.name not in names for mention in readings[position].mentions):
            return {}
        if len(names) != 1 and _ALL.isdisjoint([asking.words[i].norm for i in stretch]):
            return {}
        said = Details()
        for what in sorted(wanted - {_WHERE}):
            said = said.filled(_READERS[what](reply.utterance, reply.utterance.sentences[0]))
        added = {k: _with_answer(found[k], said, reply) for k in told if said.adds_to(found[k].details)}
        if _WHERE in wanted:
            added |= {k: located(added.get(k, found[k]), reply, lexicon) for k in told}
        return added
    return {}


def _with_answer(told: Statement, said: Details, reply: Reading) -> Statement:
    whole = reply.span(*reply.utterance.sentences[0])
    return replace(told, details=told.details.filled(said), spans=(*told.spans, whole))


def _how_bad(reply: Utterance, around: tuple[int, int]) -> Details:
    number = score(reply.words, around)
    number = score_said(reply.words, around) if number is None else number
    return Details(severity=severity_said(reply.words, around) if number is None else rated(number), score=number)


def _how_long(reply: Utterance, around: tuple[int, int]) -> Details:
    since = onset(reply, around, bare=any(word.norm == "ago" for word in reply.words[slice(*around)]))
    return Details(duration=duration(reply, around, bare=True), onset=since)


def _since_when(reply: Utterance, around: tuple[int, int]) -> Details:
    return Details(onset=onset(reply, around, bare=True), duration=duration(reply, around))


_READERS: Final[dict[str, Callable[[Utterance, tuple[int, int]], Details]]] = {
    "how bad": _how_bad,
    "how long": _how_long,
    "since when": _since_when,
    "which way": lambda reply, around: Details(trend=trend_said(reply.words, around)),
    "how often": lambda reply, around: Details(frequency=frequency(reply, around)),
    "what worsens": lambda reply, around: Details(trigger=trigger_said(reply, around)),
    "what eases": lambda reply, around: Details(relief=relief_said(reply, around)),
}
