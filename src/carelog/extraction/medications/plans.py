"""What a clinician who names a medicine without a verb does with it: reads a list of what is taken, or prescribes.

"Metformin, five hundred twice a day" is either. It is what was spoken of last: "let me go through your medicines", or
"so the plan".
"""

from collections.abc import Sequence
from typing import Literal

from carelog.conversations.turns import Role
from carelog.extraction.medications.reading import Reading
from carelog.extraction.phrasebook import phrase_table

_TOPICS = phrase_table(
    {
        "ordered": """
            the plan | plan is | my plan | assessment | first problem | second problem | third problem | i'd suggest |
            i would suggest | my suggestion | let's do | let's try | let's start | let's get you | we'll do |
            we'll start | we'll go with | we'll try | we'll get you | going to start | going to do | going to put |
            going to add | going to give | going to send | gonna start | gonna do | gonna put | gonna add |
            gonna give | gonna send | gon na start | gon na do | gon na put | gon na add | gon na give | gon na send |
            i want to | i want you | i'd like you to | i'd like to | i do want | want you back on |
            i would like you to | i would like to | i'll give | i'll add | i'll send | i'll put | i'll start |
            i'd recommend | i recommend | i'd rather you | here's what | what i'd do | what we'll do | starting you |
            start you on | i'll leave | a week of | a course of | three things | two things | we treat |
            i'm giving you | i'll treat | we'll treat | i'm treating | while we wait | in the meantime | you'll have |
            open it | pick it up | get it filled | start it
        """,
        "taking": """
            go through the meds | go through your | go over your | go over the | your medicines | your meds |
            your medications | your medication list | your tablets | you're on | you are on | you're taking |
            you are taking | are you taking | are you on | do you take | what are you on | what do you take |
            what are you taking | what medicines | which medicines | still on | still taking | i've got you on |
            i have you on | i've got down | i see here | on your list | on my list | any medicines | other medicines |
            other medications | i can see | on your record | i've got here | i have here | it says here |
            so , medicines | so , medications | so medicines | medicines . | medications . | meds . | your pills |
            your list | the list | read your | read you |
            current medicines | current medications | on your repeat | he's on | she's on | he takes | she takes
        """,
    }
)
_PLANNED = frozenset({"ordered", "started", "changed"})
_LONGEST_AGO = 9  # Turns after which nobody knows what was being spoken of.


def topic_at(readings: Sequence[Reading], turn: int, word: int) -> Literal["ordered", "taking"] | None:
    """What a clinician's words before word `word` of turn number `turn` were about, the nearest first."""
    for there in range(turn, max(-1, turn - _LONGEST_AGO), -1):
        reading = readings[there]
        if reading.utterance.turn.role in (Role.PATIENT, Role.CARER):
            continue
        end = word if there == turn else len(reading.words)
        topics = [(first, topic) for first, stop, topic in _TOPICS.within(reading.words) if stop <= end]
        cues = [(cue.first, "ordered") for cue in reading.cues if cue.end <= end and cue.meaning in _PLANNED]
        if told := max([*topics, *cues], default=None):
            return "ordered" if told[1] == "ordered" else "taking"
    return None
