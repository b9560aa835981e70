"""Appointments: what was arranged, offered, moved, cancelled and missed; follow-ups, referrals and tests to come.

wording.py     the words: branches of medicine, tests, kinds of visits
slots.py       days and hours at which somebody may be seen
details.py     with whom, where, and what for
statements.py  one appointment as a sentence tells it
told.py        what one sentence tells of an appointment that there is, or was
plans.py       what a clinician proposes: follow-ups, referrals, tests
named.py       days that are named without a word of booking
answers.py     whether what was offered or proposed is taken
booking.py     what is arranged between two people, turn by turn
find.py        the findings
"""

from carelog.extraction.appointments.find import find_appointments

__all__ = ["find_appointments"]
