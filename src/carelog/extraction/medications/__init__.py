"""Medications: which were talked about, how strong, how often, and what is happening with them.

names        the medicines that a turn names, and the words that only look like one
doses        strengths ("twenty milligrams", "5/325") and changes of strength ("from 10 to 20")
frequencies  how often
forms        tablets, inhalers, by mouth, under the tongue
directions   how many at a time, with food, for how long
dates        since when, or until when
cues         the words that say what happens with a medicine: taking, stopping, ordering, ...
attachment   which cue is about which mention
denials      what takes a cue back or leaves it open: "don't take", "if you miss it"
exclusions   other people's medicines, what someone reacts to, and talk of medicines in general
references   the words that stand for a medicine named before: "I stopped it"
said         what such a cue says in its place: "take two" is an order or a report
asked        what a question about a medicine comes to, with its answer
plans        a medicine named without a verb: read from a list, or prescribed
status       what those words say of one mention, with negations and what is said of "it" read
pairing      which strength belongs to which mention, across turns too
bare         numbers without a unit: which of them are strengths
corrections  what a speaker takes back: "fourteen, no, sixteen units"
merging      one finding for each medicine and strength
"""

from carelog.extraction.medications.finder import find_medications

__all__ = ["find_medications"]
