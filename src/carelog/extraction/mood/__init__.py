"""Mood and energy: how the subject says they feel in mind.

Words that only speak of feelings ("anxious", "cheerful") count after a verb of feeling or being. Words of many uses
("good", "down", "low") count only beside a word for the mind ("my mood is good", "emotionally I'm fine"), or, for
"down" and "low", right after "feel". A feeling that is denied says nothing, except that "not happy" is a low mood.
"""

from carelog.extraction.mood.find import find_mood

__all__ = ["find_mood"]
