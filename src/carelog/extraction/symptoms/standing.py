"""Which of several statements about one symptom stand."""

from collections.abc import Sequence

from carelog.extraction.symptoms.statements import Statement, Weight
from carelog.record.types.symptom import Polarity


def best(said: Sequence[Statement]) -> Statement:
    return max(said, key=lambda s: (s.weight, s.position, s.mention.first))


def polarities(said: Sequence[Statement]) -> list[Polarity]:
    """One polarity, or both where the subject states both clearly."""
    present = [s for s in said if s.polarity == "present"]
    absent = [s for s in said if s.polarity == "absent"]
    if not present or not absent:
        return [said[0].polarity]
    yes, no = best(present), best(absent)
    if any(s.over and s.position > yes.position for s in absent):
        return ["absent"]  # "It made me constipated." - "And now?" - "It's gone."
    if yes.weight is no.weight is Weight.OWN:
        return ["present", "absent"]
    return [best([yes, no]).polarity]
