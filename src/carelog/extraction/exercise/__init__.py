"""Exercise that was done, or is done as a habit, with its time, distance, steps and frequency as said.

Everyday moving about is no exercise: "I walked to the kitchen" has no time, no distance and no habit. What is only
planned, advised, possible or stopped is none either.
"""

from carelog.extraction.exercise.find import find_exercise

__all__ = ["find_exercise"]
