"""Vitals that were measured and said: blood pressure, pulse, temperature, glucose, oxygen, weight and more.

A number is a reading only when its meaning is said with it or asked for just before. Goals and ifs ("we want
it under 130/80"), other people's readings, doses, ages, times, readings of long ago and impossible values are
none. A range ("between 130 and 140") holds no one reading, so none is written.
"""

from carelog.extraction.vitals.find import find_vitals

__all__ = ["find_vitals"]
