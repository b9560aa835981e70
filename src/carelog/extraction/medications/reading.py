"""A turn with everything of medications that can be found in it, each found when first asked for."""

from functools import cached_property

from carelog.extraction.exchange import Question, questions
from carelog.extraction.medications.cues import Cue, find_cues
from carelog.extraction.medications.doses import Dose, find_doses
from carelog.extraction.medications.frequencies import Often, find_frequencies
from carelog.extraction.utterances import Utterance


class Reading:
    """One turn of a dialogue, read for medications."""

    def __init__(self, utterance: Utterance) -> None:
        self.utterance = utterance
        self.words = utterance.words

    @cached_property
    def cues(self) -> list[Cue]:
        return find_cues(self.utterance)

    @cached_property
    def doses(self) -> list[Dose]:
        return find_doses(self.utterance)

    @cached_property
    def frequencies(self) -> list[Often]:
        return find_frequencies(self.utterance)

    @cached_property
    def questions(self) -> list[Question]:
        return questions(self.utterance)

    @property
    def turn(self) -> int:
        """The turn's own number, as spans give it."""
        return self.utterance.turn.index
