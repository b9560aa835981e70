"""Reminders: what is due in a record is told to whom it is about, once each time, on their own clock."""

from carelog.reminders.answers import ReminderAnswers
from carelog.reminders.preferences import Preferences, PreferenceStore
from carelog.reminders.pump import ReminderOptions, Reminders

__all__ = ["PreferenceStore", "Preferences", "ReminderAnswers", "ReminderOptions", "Reminders"]
