"""What is asked of a function of the body, and answered by how it goes: "is your weight up or down?" - "up",
"are your bowels working?" - "not for five days", "can you lie flat?" - "no", "how many pillows?" - "three".

Sleeping on three pillows or more, or not flat at all, is orthopnea, as clinicians count it ("three-pillow orthopnea"),
where breath is spoken of: a back, too, can keep one from lying flat.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction.exchange import AnswerKind, open_questions, read_answer, same_speaker
from carelog.extraction.exchange_fillers import skip_fillers
from carelog.extraction.negation import is_negative
from carelog.extraction.numbers import find_numbers
from carelog.extraction.phrasebook import phrase_set, phrase_table
from carelog.extraction.symptoms.abilities import FIRST_WORDS, able, wanted
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.statements import Statement, Weight
from carelog.extraction.utterances import PhraseTable
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity

_WEIGHT, _TEMPERATURE, _LYING, _PILLOWS = "weight", "hot or cold", "lying flat", "pillows"
_MOVING, _BEARING = "moving a part", "bearing weight"
_PEED = "when there was urine last"
_LOST, _GAINED = "how much was lost", "how much was gained"
_BOWELS_WORK, _BOWELS = "whether the bowels work", "how the bowels are"
_ASKED: Final[PhraseTable[str]] = phrase_table(
    {
        _WEIGHT: """
            change in your weight | changes in your weight | weight steady | weight stable | weight up or down |
            weight is up or down | weight gone up or down | weight changed | weight been
            """,
        _TEMPERATURE: "run cold or hot | run hot or cold | run warm or cold | run cold or warm",
        _BOWELS_WORK: """
            motion , sir | about motion | motion regular | motion okay | motion fine | how is motion | motion free |
            bowels moving | bowels working | bowels , are they working | bowels regular | bowels opening |
            bowels been moving | bowels been working | bowels been opening | bowels been regular | bowels open |
            moved your bowels | opened your bowels | bowels moved | bowels opened | had a bowel movement yet |
            had a bowel movement since | had a poo yet | had a poo since | pooped yet | pooped since |
            moving your bowels | opening your bowels | motion is coming | motions regular | pooping regularly
            """,
        _BOWELS: """
            change in your bowels | changes in your bowels | bowel habits changed | change in bowel habits |
            how are your bowels | how are the bowels | how are his bowels | how are her bowels | your bowels okay |
            your bowels all right | and your bowels | how about your bowels | what about your bowels | pooping okay
            """,
        _LYING: "lie flat | lay flat | lying flat | laying flat | sleep flat | sleeping flat",
        _PILLOWS: "how many pillows",
        _PEED: """
            last pee | last peed | last wee | last weed | last urinate | last urinated | last pass urine | last
            passed urine |
            last wet nappy | last wet diaper | last pass water
            """,
        _LOST: """
            how much did you lose | how much have you lost | how much weight did you lose | how much weight have
            you lost |
            how much has he lost | how much has she lost | how much did he lose | how much did she lose |
            how much weight has he lost | how much weight has she lost | how many pounds have you lost |
            how many pounds did you lose | how many kilos have you lost
            """,
        _GAINED: """
            how much did you gain | how much have you gained | how much weight did you gain |
            how much weight have you gained | how much have you put on | how many pounds have you gained |
            how much has he gained | how much has she gained
            """,
        _MOVING: """
            bend your | bend it | straighten your | straighten it | raise your arm | raise your arms | lift your arm |
            lift your arms | lift it | move your | move it | make a fist | turn your head | turn your neck |
            get your arm | get the arm | reach behind | reach up
            """,
        _BEARING: "put weight on | put any weight on | bear weight | bear any weight | stand on it | walk on it",
    }
)
_POUNDS: Final = word_set("pound pounds lb lbs kilo kilos kg kgs stone kilograms")
_NOT_SINCE: Final = phrase_set(
    """
    n't gone | think she's gone | think he's gone | hasn't gone | haven't gone | not gone | nothing since | none
    since | n't been | hasn't been | haven't been |
    not been since | n't peed | hasn't peed | not since | n't had one since | dry since
    """
)
_TOPICS: Final = word_set("last much many run bowel bowels motion motions poo pooped pooping flat pillows weight")
_ASKABLE: Final = FIRST_WORDS | _TOPICS | word_set("bend straighten raise lift move fist turn arm reach stand walk")
_TOLD: Final[dict[str, dict[str, str]]] = {
    _WEIGHT: {
        **dict.fromkeys(("up", "gained", "heavier", "increased", "risen"), "weight gain"),
        **dict.fromkeys(("down", "lost", "lighter", "dropped", "decreased"), "weight loss"),
    },
    _TEMPERATURE: {
        **dict.fromkeys(("cold", "freezing", "frozen", "chilly"), "cold intolerance"),
        **dict.fromkeys(("hot", "boiling", "roasting", "burning"), "heat intolerance"),
    },
}
_SEEKING_ABILITY: Final = word_set("can able could do are")
_CAN: Final = word_set("can could able")
_TROUBLE: Final = word_set("trouble problem problems difficulty short breathless hard")
_BREATH: Final = word_set(
    "breath breathe breathes breathing breathless air winded puffed smother smothering suffocating choking"
)
_NEAR: Final = 4  # turns
_DAYS: Final = word_set("day days week")
_FEW_DAYS: Final = 3  # without a motion, or between two: constipation (fewer than three a week, Rome IV)
_LOOSE: Final = word_set("loose watery runny")
_LOOSE_WITHIN: Final = 12  # words
_FREE: Final = word_set("free regular freely regularly clockwork")
_ORDINALS: Final = word_set("third fourth fifth sixth")
_MANY_PILLOWS: Final = 3
_UNABLE: Final = {_MOVING: "limited range of motion", _BEARING: "difficulty bearing weight"}
_PARTLY: Final = word_set("only not barely hardly halfway")
_FIRST_WORDS: Final = 6


class _Said(NamedTuple):
    """The words of the reply from `first` up to `end` say it."""

    name: str
    polarity: Polarity
    first: int
    end: int


def functioning(readings: Sequence[Reading], position: int) -> Iterator[Statement]:
    """The symptom that the reply to a turn's question says of a function, there or not."""
    asking = readings[position].utterance
    if _ASKABLE.isdisjoint(asking.norms) or position + 1 == len(readings):
        return
    may_be_able = not FIRST_WORDS.isdisjoint(asking.norms)
    if _TOPICS.isdisjoint(asking.norms) and _CAN.isdisjoint(asking.norms) and not may_be_able:
        return
    reply = readings[position + 1]
    if asking.turn.role in (Role.PATIENT, Role.CARER) or same_speaker(asking, reply.utterance) or not reply.words:
        return
    if not may_be_able and next(_ASKED.within(asking.words), None) is None:
        return
    opened = open_questions(asking)
    if not opened:
        return
    question = opened[-1]  # "can you move it? Does it hurt?" - "No": of the last one
    begin = next(first for first, end in asking.sentences if first <= question.first < end)
    asked = next(_ASKED.within(asking.words, begin, question.end), None)
    if asked is None:
        if may_be_able and (sought := wanted(readings[position], begin, question)) is not None:
            yield from _able(readings[position], sought, reply)
        return
    first, end, what = asked
    said = _said(readings[position], what, (question.first, question.end), reply)
    if said is None or any(said.name == mention.name for mention in reply.mentions):
        return
    around = readings[max(0, position - _NEAR) : position + _NEAR]
    if what in (_LYING, _PILLOWS) and said.polarity == "present" and not _breath_is_spoken_of(around):
        return
    spans = (readings[position].quote(first, end), reply.span(said.first, said.end))
    yield Statement(Mention(said.name, first, end, first), said.polarity, Weight.ANSWER, position, spans)


def _able(asking: Reading, sought: tuple[int, int, str], reply: Reading) -> Iterator[Statement]:
    first, end, name = sought
    said = able(reply)
    if said is None or any(name == mention.name for mention in (*asking.mentions, *reply.mentions)):
        return
    spans = (asking.quote(first, end), reply.span(said[1], said[2]))
    yield Statement(Mention(name, first, end, first), said[0], Weight.ANSWER, asking.position, spans)


def _breath_is_spoken_of(around: Sequence[Reading]) -> bool:
    return any(not _BREATH.isdisjoint(reading.utterance.norms) for reading in around)


def _said(asking: Reading, what: str, question: tuple[int, int], reply: Reading) -> _Said | None:
    if what in _TOLD:
        return _chosen(what, reply)
    if what in (_LOST, _GAINED):
        return _weighed(reply, "weight loss" if what == _LOST else "weight gain")
    if what == _LYING:
        return _lying_flat(asking, question, reply)
    if what in _UNABLE:
        return _unable(asking, question, reply, _UNABLE[what])
    if what == _PEED:
        dry = next(_NOT_SINCE.within(reply.words), None)
        return _Said("decreased urine", "present", dry[0], dry[1]) if dry is not None else None
    return _pillows(reply) if what == _PILLOWS else _bowels(reply, working=what == _BOWELS_WORK)


def _chosen(what: str, reply: Reading) -> _Said | None:
    words = reply.words
    first = skip_fillers(words, 0)
    for i in range(first, min(first + _FIRST_WORDS, len(words))):
        name = _TOLD[what].get(words[i].norm)
        if name is not None:
            denied = any(is_negative(word) for word in words[first:i])
            return None if denied else _Said(name, "present", i, i + 1)
        if words[i].norm in (".", "?", "!"):
            return None
    return None


def _weighed(reply: Reading, name: str) -> _Said | None:
    """ "Twenty pounds since Christmas", of "how much did you lose?"."""
    words = reply.words
    end = reply.utterance.sentences[0][1]
    for number in find_numbers(reply.utterance):
        if number.end < end and words[number.end].norm in _POUNDS and number.value > 0:
            return _Said(name, "present", number.first, number.end + 1)
    return None


def _bowels(reply: Reading, *, working: bool) -> _Said | None:
    """ "No", "every fourth day", "five days since the last time"."""
    words = reply.words
    counts = [n for n in find_numbers(reply.utterance) if n.end < len(words) and words[n.end].norm in _DAYS]
    rare = [(n.first, n.end + 1) for n in counts if n.value >= _FEW_DAYS and _is_between(reply, n.first)]
    rare += [
        (i, i + 2)
        for i in range(1, len(words) - 1)
        if words[i].norm in _ORDINALS and words[i + 1].norm == "day" and words[i - 1].norm == "every"
    ]
    if rare:
        return _Said("constipation", "present", *rare[0])
    first, end = reply.utterance.sentences[0]
    loose = next((i for i in range(first, min(end, first + _LOOSE_WITHIN)) if words[i].norm in _LOOSE), None)
    if loose is not None and not any(is_negative(word) for word in words[first:loose]):
        return _Said("diarrhea", "present", loose, loose + 1)
    free = next((i for i in range(first, end) if words[i].norm in _FREE), None)
    if free is not None and not any(is_negative(word) for word in words[first:free]):
        return _Said("constipation", "absent", first, free + 1)
    answer = read_answer(reply.utterance, 0)
    if working and answer is not None and answer.kind is AnswerKind.NO and not answer.limited:
        return _Said("constipation", "present", answer.first, max(answer.rest, answer.first + 1))
    return None


def _is_between(reply: Reading, first: int) -> bool:
    """Days without one, and not "they have been fine for five days"."""
    words = reply.words
    sentence = next(s for s in reply.utterance.sentences if s[0] <= first < s[1])
    before = words[max(0, first - 1)].norm
    alone = all(not word.norm.isalpha() or word.norm in ("now", "days") for word in words[first + 1 : sentence[1]])
    return (
        before in ("every", "for")
        or any(is_negative(word) for word in words[:first])
        or (alone and first == sentence[0])
    )


def _lying_flat(asking: Reading, question: tuple[int, int], reply: Reading) -> _Said | None:
    norms = {word.norm for word in asking.words[question[0] : question[1]]}
    if norms & _TROUBLE or not norms & _SEEKING_ABILITY:
        return None
    answer = read_answer(reply.utterance, 0)
    if answer is None or answer.limited:
        return None
    end = max(answer.rest, answer.first + 1)
    if answer.kind is AnswerKind.NO:
        return _Said("orthopnea", "present", answer.first, end)
    return _Said("orthopnea", "absent", answer.first, end) if answer.kind is AnswerKind.YES else None


def _unable(asking: Reading, question: tuple[int, int], reply: Reading, name: str) -> _Said | None:
    """ "No", "only halfway", "not above the shoulder". That one can is no denial: it may be part of an examination."""
    norms = {word.norm for word in asking.words[question[0] : question[1]]}
    if norms & _TROUBLE or not norms & _CAN or any(word.norm == "without" for word in reply.words):
        return None  # "not without pain" says that one can
    answer = read_answer(reply.utterance, 0)
    first = skip_fillers(reply.words, 0)
    partly = first < len(reply.words) and reply.words[first].norm in _PARTLY
    if answer is None or not (partly or (answer.kind is AnswerKind.NO and not answer.limited)):
        return None
    end = reply.utterance.sentences[0][1] if partly else max(answer.rest, answer.first + 1)
    return _Said(name, "present", first if partly else answer.first, end)


def _pillows(reply: Reading) -> _Said | None:
    end = reply.utterance.sentences[0][1]
    counts = [n for n in find_numbers(reply.utterance) if n.end <= end]
    if not counts or counts[-1].value < _MANY_PILLOWS:
        return None
    return _Said("orthopnea", "present", counts[-1].first, counts[-1].end)
