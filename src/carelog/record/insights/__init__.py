"""Insights: what a record shows, each with the entries that it rests on, by rules and without a language model."""

from carelog.record.insights.adherence import Dose, ScheduleAdherence
from carelog.record.insights.daily import DailySummary
from carelog.record.insights.insight import Area, Confidence, Insight, Period, Priority, Recommendation
from carelog.record.insights.service import Adherence, Insights, Trends

__all__ = [
    "Adherence",
    "Area",
    "Confidence",
    "DailySummary",
    "Dose",
    "Insight",
    "Insights",
    "Period",
    "Priority",
    "Recommendation",
    "ScheduleAdherence",
    "Trends",
]
