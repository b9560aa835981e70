"""Urgency: whether what was said needs care now, soon, or in its turn, by explicit red-flag rules.

It is no diagnosis. Each rule names what it looks for and whose guidance it follows.

    rules.py     the rules, with their sources
    phrases.py   the words for signs that no entry stands for
    told.py      which of these are said of the subject, now, and not denied
    readings.py  which readings are out of bounds
    assess.py    the rules over all of it
"""

from carelog.extraction.urgency.assess import Assessment, Flag, assess
from carelog.extraction.urgency.rules import RULES, Level, Rule, Source

__all__ = ["RULES", "Assessment", "Flag", "Level", "Rule", "Source", "assess"]
