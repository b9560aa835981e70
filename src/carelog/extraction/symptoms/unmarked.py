"""What asks without the form of a question: a turn that only names symptoms, or denies them to have that confirmed."""

from carelog.extraction.exchange import Question, QuestionForm
from carelog.extraction.exchange_fillers import MARKS
from carelog.extraction.negation import is_negative
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set

_FRAGMENT_WORDS = word_set("and or , . the a okay ok alright then any at all lately recently feeling new other")
_ONE_DENIAL = 16  # words
_SPEAKER = word_set("i i'm i've i'd i'll we we're")


def only_named(reading: Reading) -> list[Question]:
    """A turn that only names symptoms, "shortness of breath", asks for them when a yes or no follows."""
    words = reading.words
    if any(i not in reading.named and words[i].norm not in _FRAGMENT_WORDS for i in range(len(words))):
        return []
    return [Question(0, len(words), QuestionForm.POLAR)] if any(not m.bare for m in reading.mentions) else []


def only_denied(reading: Reading) -> list[Question]:
    """ "You're not having any fevers or anything like that": denied to be confirmed, where nobody punctuates."""
    words = reading.words
    if reading.questions or len(words) > _ONE_DENIAL or words[-1].norm in MARKS:
        return []
    before = words[: reading.mentions[0].first]
    if not any(is_negative(word) or word.norm == "denies" for word in before):
        return []
    return [Question(0, len(words), QuestionForm.STATED)] if all(w.norm not in _SPEAKER for w in before) else []
