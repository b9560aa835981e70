"""Urgency: whether what was said needs care now, soon, or in its turn, by explicit red-flag rules.

It is no diagnosis. Each rule names what it looks for and whose guidance it follows.

    rules.py     the rules
    sources.py   the guidance that they follow
    phrases.py   the words for signs that no entry stands for
    together.py  the same, where several words tell them in any order
    amounts.py   signs that are numbers: how many tablets, how old, how many weeks, a glucose without a unit
    threats.py   what somebody says they are about to do to another
    spreading.py chest pain that is said to spread
    named.py     where a turn names any of these
    told.py      which of them are said of the subject, now, and not denied
    readings.py  which readings are out of bounds
    assess.py    the rules over all of it
"""

from carelog.extraction.urgency.assess import Assessment, Flag, assess
from carelog.extraction.urgency.rule import Level, Rule
from carelog.extraction.urgency.rules import RULES
from carelog.extraction.urgency.sources import Source

__all__ = ["RULES", "Assessment", "Flag", "Level", "Rule", "Source", "assess"]
