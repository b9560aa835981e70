"""Questions that go on about what was just told: "how bad is it?" "mild"; "how long?" "three days"."""

from collections.abc import Sequence
from dataclasses import replace

from carelog.extraction.exchange import open_questions, same_speaker
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms.details import duration, rating_said, severity_said
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.statements import Statement
from carelog.extraction.wordsets import word_set

_HOW_BAD = phrase_set(
    """
    how bad | how severe | how painful | how strong | how intense | how much | scale of | scale from | out of ten |
    out of 10 | one to ten | 1 to 10 | mild moderate | mild , moderate | mild or | kitna tez | kitni tez
    """
)
_HOW_LONG = phrase_set("how long | since when | kab se | कब से | kitne din | कितने दिन")
# A question of any other word asks of something else: "how long is the drive", "how long have you been taking it".
_ASKING_ON = word_set(
    """
    how bad severe painful strong intense much is it are they that this these those them both all the you your would
    call rate say describe on a an scale of from one to ten 1 10 0 zero out mild moderate or severe with being worst
    best pain symptoms symptom long have has had been going for did does do now since when ago so and okay ok , . ?
    having feeling lasting last lasted lasts bothering hurting hurt hurts like about right come start started kab
    kitna kitni kitne din se tez hai ho raha rahi yeh ye कब से कितने दिन है
    """
)
_ALL = word_set("them these they those both all symptoms")
_REACH = 2  # Turns back to what was told.


def followed_up(found: Sequence[Statement], readings: Sequence[Reading], position: int) -> dict[int, Statement]:
    """What the question of a turn and its answer add to what was told just before: indices of `found` to new ones.

    Where several symptoms were told, "it" leaves open which is meant, and nothing is added.
    """
    if position + 1 == len(readings) or readings[position].mentions or not found:
        return {}
    asking, reply = readings[position].utterance, readings[position + 1]
    last = max(statement.position for statement in found)
    if position - last > _REACH or same_speaker(asking, reply.utterance) or not reply.words:
        return {}
    for question in open_questions(asking):
        stretch = range(question.first, question.end)
        bad = any(_HOW_BAD.at(asking.words, i) is not None for i in stretch)
        long = any(_HOW_LONG.at(asking.words, i) is not None for i in stretch)
        if not (bad or long) or not _ASKING_ON.issuperset(asking.words[i].norm for i in stretch):
            continue
        told = [
            k
            for k, statement in enumerate(found)
            if statement.polarity == "present" and last - 1 <= statement.position <= last
        ]
        names = {found[k].mention.name for k in told}
        if len(names) != 1 and _ALL.isdisjoint([asking.words[i].norm for i in stretch]):
            return {}
        return {k: _with_answer(found[k], reply, bad=bad, long=long) for k in told}
    return {}


def _with_answer(told: Statement, reply: Reading, *, bad: bool, long: bool) -> Statement:
    first = reply.utterance.sentences[0]
    detailed = told
    if bad and told.severity is None:
        severity = severity_said(reply.words, first) or rating_said(reply.words, first)
        detailed = replace(detailed, severity=severity)
    if long and told.duration is None:
        detailed = replace(detailed, duration=duration(reply.utterance, first, bare=True))
    if detailed == told:
        return told
    return replace(detailed, spans=(*told.spans, reply.span(*first)))
