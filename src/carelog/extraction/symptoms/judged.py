"""How somebody says that a function of theirs is, asked for it by its name: "how's your appetite?" - "not great"."""

from collections.abc import Iterator, Sequence
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.exchange import (
    AnswerKind,
    Question,
    QuestionForm,
    open_questions,
    read_answer,
    same_speaker,
)
from carelog.extraction.exchange_fillers import MARKS, only_fillers
from carelog.extraction.exchange_plain import PLAIN_REPLIES, closes
from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_set, phrase_table
from carelog.extraction.symptoms.lexicon import Lexicon, lexicon
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.sites import Site, first_site
from carelog.extraction.symptoms.statements import Statement, Weight
from carelog.extraction.symptoms.wellness import said_to_be_well
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity

_FUNCTIONS: Final = {
    word: name
    for name, words in {
        "loss of appetite": "appetite eating bhookh bhook भूख",
        "fatigue": "energy stamina",
        "difficulty sleeping": "sleep sleeping neend नींद",
        "shortness of breath": "breathing",
        "vision changes": "vision eyesight",
        "hearing loss": "hearing",
        "memory loss": "memory",
        "difficulty concentrating": "concentration concentrating focus thinking",
        "loss of balance": "balance",
        "difficulty swallowing": "swallowing",
        "hoarseness": "voice",
        "difficulty speaking": "speech",
        "urinary symptoms": "waterworks",
        "difficulty urinating": "stream flow",
    }.items()
    for word in words.split()
}
_NAMES: Final = frozenset(_FUNCTIONS)
_HOW: Final = word_set("how how's kaisi kaisa कैसी कैसा")
_OF_SUBJECT: Final = word_set("the your his her that")
_ADDRESSED: Final = word_set("you're your")
_MOVING: Final = word_set("back neck shoulder elbow wrist hand finger thumb hip knee ankle foot heel toe leg arm")
_ASKABLE: Final = _NAMES | _MOVING
_BAD: Final = word_set("terrible awful horrible bad worse miserable murder agony rubbish dreadful")
_ILL, _WELL, _NEITHER = "ill", "well", "neither"
_JUDGING: Final[PhraseTable[str]] = phrase_table(
    {
        _NEITHER: "none of that | none of those | none of them | none of the above | none of it",
        _ILL: """
            slow | trickling | a trickle | a dribble | just a dribble | poor | poorly | bad | badly | terrible |
            terribly | awful | awfully | horrible | horribly | low | lower |
            rubbish | lousy | shot | worse | worsening | none | nil | zero | weak | rough | rotten | patchy | gone |
            nonexistent | not great | not good | not so good | not so great | not very good | not too good |
            not the best | not well | not brilliant | not what it was | not what it used to be | could be better |
            been better | so so | up and down | hit or miss | crap | crappy | dreadful | miserable | flat | black |
            hardly any | not much | barely | hardly | not a lot | not a thing | very little | picks | picks at it |
            picks at food | don't want anything | do n't want anything | don't want to eat | two bites | a few bites |
            down . | down , | way down | in the toilet | in the gutter | rock bottom | through the floor | on the
            floor |
            i pick | i just pick | pick at it | pick at food | barely any | shocking | dire | pathetic | meh | ropey |
            iffy | lousy | gone off | gone out the window | out the window | shot to pieces | shot to bits | a
            struggle |
            not what it should be | nothing like it was | next to nothing | next to none | on and off |
            not up to much | foggy | fuzzy | muddled | what appetite | what sleep | what energy | kam | kharab
            """,
        _WELL: """
            good | great | fine | okay | ok | alright | all right | normal | excellent | perfect | well | like a horse |
            like a baby | like a log | like a rock | like a top | no problem | no problems | no issues | no complaints |
            same as always | same as usual | the same | unchanged | wonderful | pretty good | not bad | not too bad |
            not bad at all | nothing wrong with | never better | no trouble | no bother | no trouble there | grand
            | lovely | spot on | tip top | smashing |
            fine and dandy | back to normal | back to usual | came back | come back | has come back | came right back |
            picked up | picked right up | no different | can't complain | ca n't complain | regular | sound |
            right as rain | theek | thik | accha | acchi
            """,
    }
)
_SOUND: Final = word_set("through okay ok alright good fine normal well right theek")
_FOLLOWING: Final = _SOUND | word_set(
    "been lately these today now recently most at any doing holding and or level levels like since going with in "
    "something enough much all"
)
_BACK: Final = phrase_set(
    """
    it's back | it is back | it's come back | it has come back | it came back | coming back | it's coming back |
    it returned |
    it's returned | wapas aa gayi | laut aayi
    """
)
_OPENLY: Final = word_set("what what's where how")
_ASKS_OPENLY: Final = phrase_set(
    """
    what brings you | what's brought you | what brought you | what can i do for you | what can we do for you |
    what's wrong |
    what's bothering you | what's troubling you | what's the matter | what's the problem | what seems to be |
    what else |
    how can i help | where does it hurt | where's the pain | what's the trouble | what's been bothering you
    """
)
_MINE: Final = word_set("my this")
_PART_ALONE: Final = 6  # words
_TOGETHER: Final = word_set("both all everything they")
_DONE: Final = word_set("sleeping eating")  # "is she sleeping?"
_ONE_NIGHT: Final = "did"  # "how did you sleep": of one night, which is no complaint
_SHORT: Final = 4  # Words that a question has that only names what it asks for: "and your appetite?"
_REMARKS: Final = 3  # Sentences of the reply that judge.


def judged(readings: Sequence[Reading], position: int) -> Iterator[Statement]:
    """The symptom that the reply to a turn says is there or not.

    A bare "good" denies it only where "is it okay?" was asked; "my memory's fine" and "like a horse" do anyway.
    """
    asking = readings[position].utterance
    if not _OPENLY.isdisjoint(asking.norms) and position + 1 < len(readings):
        yield from _complained_of(readings[position], readings[position + 1])
    if _ASKABLE.isdisjoint(asking.norms):
        return
    asks_how = not (_HOW.isdisjoint(asking.norms) and _SOUND.isdisjoint(asking.norms))
    asks_of_part = asks_how and not _MOVING.isdisjoint(asking.norms)
    if position + 1 == len(readings) or not (asks_of_part or not _NAMES.isdisjoint(asking.norms)):
        return
    reply = readings[position + 1]
    if asking.turn.role in (Role.PATIENT, Role.CARER) or same_speaker(asking, reply.utterance) or not reply.words:
        return
    if asks_of_part and not reply.mentions:
        yield from _bad_part(readings[position], reply)
    if _NAMES.isdisjoint(asking.norms):
        return
    opened = open_questions(asking) or _named_only(asking)
    for question in opened:
        named = [i for i in range(question.first, question.end) if _is_asked_for(asking.words, i)]
        for at in named:
            if any(word.norm == _ONE_NIGHT for word in asking.words[question.first : at]):
                continue
            name = _FUNCTIONS[asking.words[at].norm]
            if any(mention.name == name for mention in (*readings[position].mentions, *reply.mentions)):
                continue
            well = said_to_be_well(reply, Mention(name, at, at + 1, at)) or _is_back(reply)
            found: tuple[Polarity, int, int] | None = ("absent", *well) if well else None
            if found is None and len(named) == 1:
                found = _judgement(asking.words, question, at, reply, position, last=question is opened[-1])
            elif found is None:
                found = _of_several(asking.words, question, at, reply)
            if found is not None:
                polarity, first, end = found
                spans = (readings[position].quote(at, at + 1), reply.span(first, end))
                yield Statement(Mention(name, at, at + 1, at), polarity, Weight.ANSWER, position, spans)


def _of_its_own(asked: str, reply: Reading) -> tuple[Polarity, int, int] | None:
    """ "Are you eating and drinking okay?" - "Drinking yes, eating no." """
    first, end = reply.utterance.sentences[0]
    for i in range(first, end - 1):
        kind = PLAIN_REPLIES.get(reply.words[i + 1].norm)
        if reply.words[i].norm == asked and kind is not None and closes(reply.words, i + 2):
            return ("absent" if kind is AnswerKind.YES else "present"), i, i + 2
    return None


def _is_back(reply: Reading) -> tuple[int, int] | None:
    """ "Appetite?" - "It's back." """
    match = _BACK.at(reply.words, 0)
    return (0, match[0]) if match is not None and closes(reply.words, match[0]) else None


def _of_several(words: Sequence[Word], question: Question, at: int, reply: Reading) -> tuple[Polarity, int, int] | None:
    """Of several functions, the remark that names this one, or what is said of both: "swallowing, breathing okay?" -
    "yes, both fine"."""
    asks_if_sound = any(word.norm in _SOUND for word in words[at + 1 : question.end])
    for first, end in reply.utterance.sentences[:_REMARKS]:
        norms = {word.norm for word in reply.words[first:end]}
        its_own = words[at].norm in norms
        if not its_own and norms.isdisjoint(_TOGETHER):
            continue
        for begin, stop, kind in _JUDGING.within(reply.words, first, end):
            negative = any(is_negative(word) for word in reply.words[max(first, begin - 3) : begin])
            if (kind == _ILL and not negative) or (kind == _WELL and negative):
                return "present", first, stop
            return ("absent", first, stop) if kind == _WELL and (asks_if_sound or its_own) else None
    return None


def _bad_part(asking: Reading, reply: Reading) -> Iterator[Statement]:
    """ "How's the back?" - "Terrible.", "neck all right?" - "Neck's fine.": a part that moves is bad when it hurts."""
    words = asking.words
    for question in open_questions(asking.utterance) or _named_only(asking.utterance):
        first, end = question.first, question.end
        sound = question.form is QuestionForm.STATED and any(word.norm in _SOUND for word in words[first:end])
        if words[first].norm not in _HOW and not sound:
            continue
        if any(first <= mention.first < end for mention in asking.mentions):
            continue  # "how about the numbness in your hand?" - "a little worse"
        known = lexicon()
        site = first_site(words, known, end, begin=first)
        if site is None or site.name not in _MOVING:
            continue
        if not sound and words[site.first - 1].norm not in _OF_SUBJECT:
            continue
        if any(word.norm not in _FOLLOWING and word.norm.isalpha() for word in words[site.end : end]):
            continue
        begin, stop = reply.utterance.sentences[0]
        said = [word.norm for word in reply.words[begin:stop] if word.norm.isalpha()]
        denied = any(is_negative(word) for word in reply.words[begin:stop])
        well = sound and bool(said) and said[-1] in _SOUND
        if said and not denied and (said[-1] in _BAD or well):
            there = _pain_of(site, known)
            spans = (asking.quote(site.first, site.end), reply.span(begin, stop))
            yield Statement(there, "absent" if well else "present", Weight.ANSWER, asking.position, spans)


def _complained_of(asking: Reading, reply: Reading) -> Iterator[Statement]:
    """ "What brings you in?" - "My back.": of a part that moves, nothing else being told of it, the pain."""
    if reply.mentions or reply.utterance.turn.role is not Role.PATIENT or not reply.words:
        return
    if asking.utterance.turn.role not in (Role.CLINICIAN, Role.AGENT):
        return
    first, end = reply.utterance.sentences[0]
    if end - first > _PART_ALONE or _MINE.isdisjoint(word.norm for word in reply.words[first:end]):
        return
    opened = open_questions(asking.utterance)
    if not opened or next(_ASKS_OPENLY.within(asking.words, opened[-1].first, opened[-1].end), None) is None:
        return
    known = lexicon()
    site = first_site(reply.words, known, end, begin=first)
    if site is None or site.name not in _MOVING or site.first == first:
        return
    if reply.words[site.first - 1].norm not in _MINE or any(w.norm.isalpha() for w in reply.words[site.end : end]):
        return
    there = _pain_of(site, known)
    yield Statement(there, "present", Weight.TAKEN_AS_KNOWN, reply.position, (reply.quote(first, end),))


def _is_asked_for(words: Sequence[Word], i: int) -> bool:
    """ "How is your energy these days?" asks for it; "what is your energy source?" does not."""
    if words[i].norm not in _FUNCTIONS:
        return False
    if i + 2 < len(words) and words[i + 1].norm in (",", "and", "or") and words[i + 2].norm in _FUNCTIONS:
        return True  # "appetite and energy okay?"
    return i + 1 == len(words) or not words[i + 1].norm.isalpha() or words[i + 1].norm in _FOLLOWING


def _named_only(asking: Utterance) -> list[Question]:
    """ "Vision okay?": what looks like a courtesy asks where it names what is okay."""
    first, end = asking.sentences[-1]
    named_there = sum(word.norm in _NAMES for word in asking.words[first:end])
    asks = end - first <= _SHORT + 2 * max(0, named_there - 1) and asking.words[end - 1].norm == "?"
    if not asks and all(word.norm not in MARKS for word in asking.words):
        # "that's great and | you're sleeping okay"
        first = next((i for i in range(max(first, end - _SHORT), end) if asking.words[i].norm in _ADDRESSED), first)
        named = [word.norm for word in asking.words[first:end]]
        asks = named[0] in _ADDRESSED and (named[-1] in _SOUND or len(asking.words) <= _SHORT)
    return [Question(first, end, QuestionForm.STATED)] if asks else []


def _judgement(
    words: Sequence[Word], question: Question, at: int, reply: Reading, position: int, *, last: bool
) -> tuple[Polarity, int, int] | None:
    """The polarity, and the words of the reply that tell it. A yes or a no is about the `last` question of the turn."""
    own = _of_its_own(words[at].norm, reply)
    if own is not None:
        return own
    after = words[at + 1 : question.end]
    sound = question.form is not QuestionForm.OPEN and (
        any(word.norm in _SOUND for word in after)
        or (words[at].norm in _DONE and not any(word.norm.isalpha() for word in after))
    )
    answer = read_answer(reply.utterance, position + 1)
    if sound and last and answer is not None and answer.kind in (AnswerKind.YES, AnswerKind.NO) and not answer.limited:
        return ("absent" if answer.kind is AnswerKind.YES else "present"), answer.first, max(answer.rest, 1)
    bare = [word for word in words[question.first : question.end] if not only_fillers([word])]
    if not sound and question.form is not QuestionForm.OPEN and len(bare) > _SHORT:
        return None
    for first, end in reply.utterance.sentences[:_REMARKS]:
        for begin, stop, kind in _JUDGING.within(reply.words, first, end):
            negative = any(is_negative(word) for word in reply.words[max(first, begin - 3) : begin])
            if kind == _ILL and not negative:
                return "present", first, stop
            if kind == _WELL and negative:
                return "present", first, stop
            if kind == _NEITHER:
                return None
            return ("absent", first, stop) if sound and kind == _WELL else None
    return None


def _pain_of(site: Site, known: Lexicon) -> Mention:
    """The part of the body stands for what is told of it."""
    return Mention(
        known.concept(site.name, "pain"),
        site.first,
        site.end,
        site.first,
        site=site.said,
        part=site.name,
        complaint="pain",
    )
