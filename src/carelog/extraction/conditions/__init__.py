"""Conditions: what the subject has or had, as far as somebody claims it.

cues      the words that claim a condition: having, a history, a diagnosis, a suspicion, a ruling out
claims    what is claimed of one mention: by which words, and whether it is so, suspected or refuted
asked     what questions ask and answers grant
details   since when, how severe, kept in check or over, and who found it
merging   one finding for each condition
find      all of it together

Decisions that a reader may ask about:

* A condition is an entry only where words claim it: to name it is not to have it ("the diabetes clinic").
* A patient's "no" ("Do you have diabetes?") makes no entry. `refuted` means that a diagnosis was considered and
  settled otherwise, which is for who examines to say ("we've ruled out a fracture", "it's not pneumonia"); that
  somebody knows of no diabetes settles nothing.
* What a clinician takes for likely is `suspected`; what a patient guesses of themself is no entry.
* Of several that are only weighed against each other ("bronchitis or pneumonia") there is none.
* A lasting condition is active unless it is said to be over; a passing one that was had is resolved.
* "I have it" by the subject counts as confirmed: people repeat what they were told.
"""

from carelog.extraction.conditions.find import find_conditions

__all__ = ["find_conditions"]
