"""Recommendations: what to do about insights, by rules. None says to begin, to stop or to change a medication: that is
for the subject and their clinician."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from carelog.record.insights.insight import Insight, Kind, Priority, Recommendation

_ASK: Final = "Talk to your clinician"
_DOSES: Final = "Do not change a dose or stop a medication on your own."
_FRESH: Final = timedelta(days=2)
_ORDER: Final[tuple[Priority, ...]] = ("urgent", "high", "medium", "low")


def recommend(insights: Iterable[Insight], now: datetime) -> list[Recommendation]:
    """At most one for each insight that was found, the most pressing first."""
    made = [
        recommendation
        for insight in insights
        if insight.status == "found" and (recommendation := _RULES[insight.kind](insight, now))
    ]
    return sorted(made, key=lambda one: (_ORDER.index(one.priority), one.insight))


def _make(insight: Insight, priority: Priority, title: str, description: str, *, actionable: bool) -> Recommendation:
    return Recommendation(
        category=insight.area,
        title=title,
        description=description,
        priority=priority,
        actionable=actionable,
        insight=insight.id,
        entries=insight.entries,
    )


def _out_of_range(insight: Insight, now: datetime) -> Recommendation:
    numbers, name = insight.numbers, insight.title.partition(":")[0]
    far, times = bool(numbers["newest_far"]), int(numbers["out_of_range"] or 0)
    fresh = now - datetime.fromisoformat(str(numbers["newest_at"])) <= _FRESH and bool(numbers["newest_is_last"])
    if far and fresh:
        return _make(
            insight,
            "urgent",
            f"{name}: get medical advice today",
            "The latest reading lies far out of range. Measure again if you can, and call your clinician or "
            "a medical service today; if you feel unwell, call the emergency number.",
            actionable=True,
        )
    if numbers["far_out_of_range"]:
        return _make(
            insight,
            "high",
            f"{name}: show these readings to your clinician",
            f"Some lie far out of range. {_ASK} about them soon.",
            actionable=True,
        )
    if insight.area == "labs" or times >= 3:
        return _make(
            insight,
            "medium",
            f"{name}: {_ASK.lower()}",
            f"{times} of the recorded readings lie out of range. {_ASK} about what they mean for you.",
            actionable=True,
        )
    return _make(
        insight,
        "low",
        f"{name}: measure again",
        f"Few readings lie out of range. Measure again at rest, and note when and how; {_ASK.lower()} if it stays so.",
        actionable=True,
    )


def _trend(insight: Insight, _now: datetime) -> Recommendation | None:
    numbers = insight.numbers
    if numbers["direction"] not in ("up", "down") or int(numbers["days"] or 0) < 3:
        return None
    if insight.id == "trend:vitals.weight" and numbers["direction"] == "down":
        # Five percent within 6 to 12 months without meaning to is what is looked into (Gaddey, Holder: Unintentional
        # Weight Loss in Older Adults, American Family Physician 2021).
        return _make(
            insight,
            "medium",
            "Weight went down: tell your clinician unless you meant it to",
            f"It fell by 5 % or more. {_ASK} if you did not mean to lose weight.",
            actionable=True,
        )
    return _make(
        insight,
        "low",
        f"{insight.title}: bring it up at your next visit",
        "A change that goes on is worth a question.",
        actionable=True,
    )


def _adherence(insight: Insight, _now: datetime) -> Recommendation | None:
    numbers, name = insight.numbers, insight.title.partition(":")[0]
    due, skipped, unrecorded = (int(numbers[key] or 0) for key in ("due", "skipped", "unrecorded"))
    told = due - unrecorded
    if skipped >= 3 and skipped * 5 >= told:
        return _make(
            insight,
            "medium",
            f"{name}: talk about the doses that were skipped",
            f"{skipped} of {told} recorded doses were skipped. {_ASK} or pharmacist about what keeps you "
            f"from taking them. {_DOSES}",
            actionable=True,
        )
    if unrecorded * 2 >= due and due >= 4:
        return _make(
            insight,
            "low",
            f"{name}: note doses when you take them",
            f"Of {unrecorded} of {due} doses nothing is recorded, so nobody can tell how many were taken.",
            actionable=True,
        )
    return None


def _symptom(insight: Insight, _now: datetime) -> Recommendation | None:
    name, severe = insight.id.partition(":")[2], insight.numbers["severity"] == "severe"
    if severe or insight.numbers["worsening"]:
        grave: Priority = "high" if severe else "medium"
        return _make(
            insight,
            grave,
            f"{name.capitalize()}: {_ASK.lower()} soon",
            "It was told of as severe, or as growing worse. If it is sudden or frightens you, call the "
            "emergency number.",
            actionable=True,
        )
    return _make(
        insight,
        "low",
        f"{name.capitalize()}: mention it at your next visit",
        "It came back on several days.",
        actionable=True,
    )


def _gap(insight: Insight, _now: datetime) -> Recommendation | None:
    if insight.id.startswith("gap:med_schedule"):
        return _make(
            insight,
            "low",
            f"{insight.title.partition(':')[0]}: note doses when you take them",
            "Or end the schedule here, if your clinician has ended it.",
            actionable=True,
        )
    return _make(
        insight,
        "low",
        f"{insight.title.partition(':')[0]}: go on recording",
        "What is not recorded cannot be looked at later.",
        actionable=True,
    )


def _protocol(insight: Insight, _now: datetime) -> Recommendation | None:
    if not insight.numbers.get("behind"):
        return None
    return _make(
        insight,
        "low",
        f"{insight.title.partition(':')[0]}: plan the next sessions",
        "Fewer sessions took place than were planned by now.",
        actionable=True,
    )


def _contradiction(insight: Insight, _now: datetime) -> Recommendation:
    of_medication = insight.area == "medication"
    description = "Say which of the two is right, and retract the other." + (
        f" If you are not sure, ask your clinician or pharmacist. {_DOSES}" if of_medication else ""
    )
    return _make(
        insight, "high" if of_medication else "medium", "Clear up what contradicts itself", description, actionable=True
    )


def _nothing(_insight: Insight, _now: datetime) -> None:
    return None


_RULES: Final[Mapping[Kind, Callable[[Insight, datetime], Recommendation | None]]] = {
    "trend": _trend,
    "out_of_range": _out_of_range,
    "adherence": _adherence,
    "protocol": _protocol,
    "gap": _gap,
    "correlation": _nothing,
    "symptom": _symptom,
    "intake": _nothing,
    "contradiction": _contradiction,
}
