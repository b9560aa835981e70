"""What a symptom is said to be where allergies are spoken of: how the subject reacts, and no complaint of the day."""

from collections.abc import Sequence

from carelog.extraction.exchange import AnswerKind, Question, open_questions, questions, read_answer, same_speaker
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

_NOTED = 8  # words
_NOTING = word_set("i've i we've we it i'm so")
_OF_WHAT_IS_KNOWN = word_set(
    "the your that this it my his her exercise exertion walking running stairs activity movement standing sitting "
    "lying eating food foods meals stress heat cold work sleep breathing coughing sex light noise rest"
)
_TAKING = word_set("take took taking have eat ate use touch")
_NOW = word_set("now today currently lately since moment")
_REACTIONS = frozenset(
    {"rash", "itching", "swelling", "lip swelling", "face swelling", "tongue swelling", "throat swelling"}
)
_NO_SUBSTANCE = word_set("it that this which they he she these those and but what always still just")
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
    if _asks_what_happens(readings[position - 1]):
        return True
    if not any(norm.startswith("allerg") for norm in asking.norms) or not _ACTING_UP.isdisjoint(asking.norms):
        return False  # "are your allergies acting up?" asks what is felt
    answer = read_answer(readings[position].utterance, position)
    if answer is not None and answer.kind is AnswerKind.NO:
        return False
    return any(
        word.norm.startswith("allerg")
        for q in open_questions(asking) or _asked_before(asking)
        if asking.words[q.first].norm not in ("how", "how's")
        for word in asking.words[q.first : q.end]
    ) and not any(word.norm.startswith("allerg") for word in readings[position].words)


def _asked_before(asking: Utterance) -> list[Question]:
    """ "Anything that you're allergic to? I've got latex.": what stands in the chart may follow the question."""
    asked = questions(asking)
    noted = len(asking.words) - asked[-1].end if asked else 0
    if not 0 < noted <= _NOTED or asking.words[asked[-1].end].norm not in _NOTING:
        return []
    return asked[-1:]


def _asks_what_happens(asking: Reading) -> bool:
    """ "What happens with penicillin?", "what happens when you take it?"."""
    words = asking.words
    if asking.mentions or "happens" not in asking.utterance.norms:
        return False
    at = next(i for i, word in enumerate(words) if word.norm == "happens")
    after = [word.norm for word in words[at + 1 : at + 4]]
    if after[:1] == ["with"]:
        return after[1:2] != [] and after[1] not in _OF_WHAT_IS_KNOWN
    return (
        after[:1] in (["when"], ["if"])
        and after[1:2] in (["you"], ["he"], ["she"])
        and after[2:3] != []
        and (after[2] in _TAKING)
    )


def is_reaction_now(reading: Reading, mention: Mention) -> bool:
    """ "Any allergies?" - "Latex. And right now my scalp is itchy": that is felt."""
    first, end = reading.sentence_of(mention)
    return first > 0 and any(word.norm in _NOW for word in reading.words[first:end])


def names_an_allergy(reading: Reading, mention: Mention) -> bool:
    """ "I'm allergic to sulfa, it gives me hives": how the subject reacts. "My allergies make me sneeze" is felt."""
    if "allergic" not in reading.utterance.norms:
        return False
    sentence = reading.sentence_of(mention)
    return any(word.norm == "allergic" for word in reading.words[sentence[0] : mention.first])


def is_allergy(readings: Sequence[Reading], position: int, mention: Mention) -> bool:
    """ "Any allergies?" "Penicillin, I get a rash from it." """
    words = readings[position].words
    if mention.name in _REACTIONS and _is_given_by_a_substance(
        words, readings[position].sentence_of(mention)[0], mention
    ):
        return True
    if not _is_reaction(words, mention.first, mention.end):
        return False
    before = readings[position - 1].words if position else ()
    return _speaks_of_allergy(words) or _speaks_of_allergy(before)


def _is_given_by_a_substance(words: Sequence[Word], begin: int, mention: Mention) -> bool:
    """ "Amoxicillin gives me hives": whenever it is taken. "The new tablets give me a rash" is of now."""
    for i in range(max(begin + 1, mention.first - _FEW), mention.first):
        if words[i].norm == "gives":
            alone = i - 1 == begin or words[i - 2].norm in (",", "and", "but")
            return alone and words[i - 1].norm not in _NO_SUBSTANCE
    return False


_FEW = 4  # words


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
