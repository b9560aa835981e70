"""What a question asks of the medicine that it names."""

from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.phrasebook import phrase_set

_MAY_TAKE = phrase_set(
    "can you take | could you take | are you able to take | are you ok with | are you okay with | can you have | "
    "are you fine with | do you tolerate"
)


def is_asked(reading: Reading, mention: Mention) -> bool:
    """Whether the mention stands in a question."""
    return any(question.first <= mention.first < question.end for question in reading.questions)


def is_asked_whether_it_may(reading: Reading, mention: Mention) -> bool:
    """ "Can you take penicillin?": whose answer tells what is borne, and not what is taken."""
    return any(
        _MAY_TAKE.stands_in(reading.words, question.first, mention.first)
        for question in reading.questions
        if question.first <= mention.first < question.end
    )
