"""Results of laboratory tests that were told: a number with its unit, or a result in words.

A test that is ordered, hoped for or aimed at has no result. A value that nobody can have is for a person to judge.
Glucose belongs to the vitals, wherever it was measured.
"""

from carelog.extraction.labs.find import find_labs

__all__ = ["find_labs"]
