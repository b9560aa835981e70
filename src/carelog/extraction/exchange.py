"""Who asks and who answers: the questions of a turn, and what the next speaker's turn answers to them.

Pure reading of the dialogue. Question marks are used where they stand and not relied on: "have you had any fever"
is a question in a transcript without punctuation too. Words are addressed by their index in the utterance.

    questions(utterance)       every question of a turn
    open_questions(utterance)  those that an answer in the next turn would be about
    answer_to(dialogue, i)     how the next speaker answers turn i, and with which words
    answer_within(utterance, question)  the answer inside the asking turn itself: "Fever? No. Cough? Yes."
"""

from carelog.extraction.exchange_answers import (
    Answer,
    answer_to,
    answer_within,
    read_answer,
    same_speaker,
)
from carelog.extraction.exchange_plain import AnswerKind
from carelog.extraction.exchange_questions import Question, QuestionForm, open_questions, questions

__all__ = [
    "Answer",
    "AnswerKind",
    "Question",
    "QuestionForm",
    "answer_to",
    "answer_within",
    "open_questions",
    "questions",
    "read_answer",
    "same_speaker",
]
