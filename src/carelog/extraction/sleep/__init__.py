"""Sleep: how long, how well, from when to when. What one turn says of it is one finding.

Trouble sleeping as a complaint is a symptom and not read here.
"""

from carelog.extraction.sleep.find import find_sleep

__all__ = ["find_sleep"]
