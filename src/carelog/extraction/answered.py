"""The answer to a question, wherever it stands: in the asking turn itself, or in the next speaker's."""

from collections.abc import Sequence

from carelog.extraction.exchange import Answer, Question, answer_to, answer_within, open_questions
from carelog.extraction.utterances import Utterance


def answer_of(dialogue: Sequence[Utterance], turn: int, question: Question) -> Answer | None:
    """How a question of this turn is answered; None where nothing is, or where others were asked after it."""
    within = answer_within(dialogue[turn], question, turn)
    if within is not None:
        return within
    return answer_to(dialogue, turn) if question in open_questions(dialogue[turn]) else None
