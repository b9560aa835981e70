"""What is said of no real state of the subject: dreams, films, leaflets, figures of speech, names, another's own words.

The finders never see it. An entry that is missing can be asked for, one that is wrong is believed.

    pattern.py   one way of saying such a thing
    stories.py   dreams, films and the news, leaflets and forms
    figures.py   figures of speech
    others.py    names, another's words in quotes, what a clinician tells of themselves and of other patients
    real.py      a turn without all that
"""

from carelog.extraction.unreal.real import real

__all__ = ["real"]
