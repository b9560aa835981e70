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
from carelog.extraction.exchange_fillers import only_fillers
from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.statements import Statement, Weight
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity

_FUNCTIONS: Final = {
    word: name
    for name, words in {
        "loss of appetite": "appetite bhookh bhook",
        "fatigue": "energy stamina",
        "difficulty sleeping": "sleep sleeping neend",
        "shortness of breath": "breathing",
        "vision changes": "vision eyesight",
        "hearing loss": "hearing",
        "memory loss": "memory",
        "difficulty concentrating": "concentration concentrating focus",
        "loss of balance": "balance",
        "difficulty swallowing": "swallowing",
        "hoarseness": "voice",
        "difficulty speaking": "speech",
        "urinary symptoms": "waterworks",
    }.items()
    for word in words.split()
}
_NAMES: Final = frozenset(_FUNCTIONS)
_ILL, _WELL = "ill", "well"
_JUDGING: Final[PhraseTable[str]] = phrase_table(
    {
        _ILL: """
            poor | poorly | bad | badly | terrible | terribly | awful | awfully | horrible | horribly | low | lower |
            rubbish | lousy | shot | worse | worsening | none | nil | zero | weak | rough | rotten | patchy | gone |
            nonexistent | not great | not good | not so good | not so great | not very good | not too good |
            not the best | not well | not brilliant | not what it was | not what it used to be | could be better |
            been better | so so | up and down | hit or miss | crap | crappy | dreadful | miserable | flat | black |
            hardly any | not much | what appetite | what sleep | what energy | kam | kharab
            """,
        _WELL: """
            good | great | fine | okay | ok | alright | all right | normal | excellent | perfect | well | like a horse |
            like a baby | like a log | like a rock | like a top | no problem | no problems | no issues | no complaints |
            same as always | same as usual | the same | unchanged | wonderful | pretty good | not bad | not too bad |
            not bad at all | never better | theek | thik | accha | acchi
            """,
    }
)
_SOUND: Final = word_set("okay ok alright good fine normal well right theek")
_FOLLOWING: Final = _SOUND | word_set(
    "been lately these today now recently most at any doing holding and or level levels like since going with in"
)
_ONE_NIGHT: Final = "did"  # "how did you sleep": of one night, which is no complaint
_SHORT: Final = 4  # Words that a question has that only names what it asks for: "and your appetite?"
_REMARKS: Final = 2  # Sentences of the reply that judge.


def judged(readings: Sequence[Reading], position: int) -> Iterator[Statement]:
    """The symptom that the reply to a turn says is there. That all is well is an answer only to "is it okay?"."""
    asking = readings[position].utterance
    if position + 1 == len(readings) or _NAMES.isdisjoint(asking.norms):
        return
    reply = readings[position + 1]
    if asking.turn.role in (Role.PATIENT, Role.CARER) or same_speaker(asking, reply.utterance) or not reply.words:
        return
    for question in open_questions(asking) or _named_only(asking):
        at = next((i for i in range(question.first, question.end) if _is_asked_for(asking.words, i)), None)
        if at is None or any(word.norm == _ONE_NIGHT for word in asking.words[question.first : at]):
            continue
        name = _FUNCTIONS[asking.words[at].norm]
        if any(mention.name == name for mention in (*readings[position].mentions, *reply.mentions)):
            continue
        found = _judgement(asking.words, question, at, reply, position)
        if found is not None:
            polarity, first, end = found
            spans = (readings[position].quote(at, at + 1), reply.span(first, end))
            yield Statement(Mention(name, at, at + 1, at), polarity, Weight.ANSWER, position, spans)


def _is_asked_for(words: Sequence[Word], i: int) -> bool:
    """ "How is your energy these days?" asks for it; "what is your energy source?" does not."""
    if words[i].norm not in _FUNCTIONS:
        return False
    return i + 1 == len(words) or not words[i + 1].norm.isalpha() or words[i + 1].norm in _FOLLOWING


def _named_only(asking: Utterance) -> list[Question]:
    """ "Vision okay?": what looks like a courtesy asks where it names what is okay."""
    first, end = asking.sentences[-1]
    asks = end - first <= _SHORT and asking.words[end - 1].norm == "?"
    return [Question(first, end, QuestionForm.STATED)] if asks else []


def _judgement(
    words: Sequence[Word], question: Question, at: int, reply: Reading, position: int
) -> tuple[Polarity, int, int] | None:
    """The polarity, and the words of the reply that tell it."""
    after = words[at + 1 : question.end]
    sound = question.form is not QuestionForm.OPEN and any(word.norm in _SOUND for word in after)
    answer = read_answer(reply.utterance, position + 1)
    if sound and answer is not None and answer.kind in (AnswerKind.YES, AnswerKind.NO) and not answer.limited:
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
            return ("absent", first, stop) if sound and kind == _WELL else None
    return None
