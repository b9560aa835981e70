"""What a symptom is said to be where allergies are spoken of: how the subject reacts, and no complaint of the day."""

from collections.abc import Sequence

from carelog.extraction.exchange import AnswerKind, open_questions, read_answer, same_speaker
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_ALLERGY = word_set("allergy allergies allergic reaction reactions एलर्जी")
_BROUGHT_ON = word_set("from with to")
_TAKEN = word_set("it that them those this these")
_GETTING = word_set("get gets got getting")
_BRINGING = word_set("gives gave makes made causes caused giving")
_ACTING_UP = word_set("acting bothering flaring flared symptoms worse season seasonal")


def asked_for_allergies(readings: Sequence[Reading], position: int) -> bool:
    """Whether the turn answers "any allergies?": what it names is how the subject reacts, and not felt now."""
    if position == 0 or same_speaker(readings[position - 1].utterance, readings[position].utterance):
        return False
    asking = readings[position - 1].utterance
    if not any(norm.startswith("allerg") for norm in asking.norms) or not _ACTING_UP.isdisjoint(asking.norms):
        return False  # "are your allergies acting up?" asks what is felt
    answer = read_answer(readings[position].utterance, position)
    if answer is not None and answer.kind is AnswerKind.NO:
        return False
    return any(
        word.norm.startswith("allerg")
        for q in open_questions(asking)
        if asking.words[q.first].norm not in ("how", "how's")
        for word in asking.words[q.first : q.end]
    ) and not any(word.norm.startswith("allerg") for word in readings[position].words)


def names_an_allergy(reading: Reading, mention: Mention) -> bool:
    """ "I'm allergic to sulfa, it gives me hives": how the subject reacts. "My allergies make me sneeze" is felt."""
    if "allergic" not in reading.utterance.norms:
        return False
    sentence = reading.sentence_of(mention)
    return any(word.norm == "allergic" for word in reading.words[sentence[0] : mention.first])


def is_allergy(readings: Sequence[Reading], position: int, mention: Mention) -> bool:
    """ "Any allergies?" "Penicillin, I get a rash from it." """
    words = readings[position].words
    if not _is_reaction(words, mention.first, mention.end):
        return False
    before = readings[position - 1].words if position else ()
    return _speaks_of_allergy(words) or _speaks_of_allergy(before)


def _is_reaction(words: Sequence[Word], first: int, end: int) -> bool:
    """Said as what something does to the person whenever they take it: "I get a rash from it", "it gives me a rash".

    Where allergies are spoken of, this is one of them and no complaint of the day.
    """
    if end + 1 < len(words) and words[end].norm in _BROUGHT_ON and words[end + 1].norm in _TAKEN:
        return True
    if (
        end + 1 < len(words)
        and words[end].norm == "from"
        and any(w.norm in _GETTING for w in words[max(0, first - 2) : first])
    ):
        return True  # "he gets hives from eggs"
    return any(word.norm in _BRINGING for word in words[max(0, first - 5) : first])


def _speaks_of_allergy(words: Sequence[Word]) -> bool:
    return any(word.norm in _ALLERGY for word in words)
