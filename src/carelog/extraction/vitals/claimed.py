"""Whether a reading was measured on the subject, and lately."""

from carelog.extraction.measured import HEALTHY, is_measured
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.readings import Reading
from carelog.extraction.wordsets import word_set

_NOT_TODAYS = HEALTHY | word_set("last previous prior old highest heaviest lowest max maximum usual")
_EARLIER = word_set("last previous prior")
_JUST_BEFORE = 3  # words


def is_claimed(utterance: Utterance, reading: Reading) -> bool:
    """The reading was measured on the subject, and lately: no goal, no if, no other person, no distant past."""
    words, name = utterance.words, min(reading.quoted[0], reading.first)
    if name and words[name - 1].norm in _NOT_TODAYS:
        return False
    if name == reading.first and any(word.norm in _EARLIER for word in words[max(0, name - _JUST_BEFORE) : name]):
        return False  # "Your last reading was 150 over 90"
    if [word.norm for word in words[max(0, reading.first - 2) : reading.first]] in (["down", "from"], ["up", "from"]):
        return False  # "134 over 82, down from 150 over 90"
    return is_measured(utterance, name, reading.first, reading.end)
