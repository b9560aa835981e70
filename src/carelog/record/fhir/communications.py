"""What was told: notifications, chats and check-ins as Communications, and alarms as requests for them."""

from typing import Any, Final

from carelog.record.fhir.elements import (
    Json,
    Resource,
    an_object,
    extended,
    extension,
    objects,
    said,
    without_nothing,
)
from carelog.record.fhir.mapping import Mapping, homes
from carelog.record.types.alarm import Alarm
from carelog.record.types.chat_message import ChatMessage
from carelog.record.types.check_in import CheckIn
from carelog.record.types.notification import Notification

_SAID_BY: Final = "said-by"


def _texts(*texts: str | None) -> list[Json]:
    return [{"contentString": text} for text in texts if text]


def _texts_in(resource: Resource) -> list[str]:
    contents = [part.get("contentString") for part in objects(resource.get("payload"))]
    return [text for text in contents if isinstance(text, str)]


def _write_notification(notification: Notification) -> Resource:
    read = notification.model_dump(mode="json", include={"read_at"})["read_at"]
    return without_nothing(
        status="completed",
        category=[said(notification.kind)],
        received=read,
        payload=_texts(notification.title, notification.message),
    )


def _titled(resource: Resource) -> Json:
    title, message, *_ = [*_texts_in(resource), None, None]
    return without_nothing(title=title, message=message)


def _read_notification(resource: Resource) -> Json:
    return _titled(resource) | without_nothing(read_at=resource.get("received"))


def _write_chat(chat: ChatMessage) -> Resource:
    lines = {"subject": chat.message, "assistant": chat.reply}
    return without_nothing(
        status="completed",
        payload=[
            {"extension": [extension(_SAID_BY, valueCode=speaker)], "contentString": text}
            for speaker, text in lines.items()
            if text
        ],
    )


def _read_chat(resource: Resource) -> Json:
    lines = {
        extended(part, _SAID_BY).get("valueCode"): part.get("contentString")
        for part in objects(resource.get("payload"))
    }
    return without_nothing(message=lines.get("subject"), reply=lines.get("assistant"))


def _write_check_in(check_in: CheckIn) -> Resource:
    priority = {"routine": "routine", "follow_up": "asap", "urgent": "urgent"}
    return without_nothing(
        status="completed",
        priority=priority.get(check_in.urgency or ""),
        topic=said(", ".join(check_in.topics)) if check_in.topics else None,
        payload=_texts(check_in.summary),
    )


def _read_check_in(resource: Resource) -> Json:
    return without_nothing(summary=next(iter(_texts_in(resource)), None))


def _write_alarm(alarm: Alarm) -> Resource:
    bounds = {"start": alarm.on.isoformat(), "end": alarm.on.isoformat()} if alarm.on else None
    repeat = without_nothing(boundsPeriod=bounds, dayOfWeek=list(alarm.days or ()), timeOfDay=[f"{alarm.time}:00"])
    return without_nothing(
        status="active" if alarm.active else "on-hold",
        category=[said(alarm.kind)],
        payload=_texts(alarm.title, alarm.message),
        # A CommunicationRequest has no Timing of its own in R4.
        extension=[extension("timing", valueTiming={"repeat": repeat})],
    )


def _read_alarm(resource: Resource) -> Json:
    repeat = an_object(an_object(extended(resource, "timing").get("valueTiming")).get("repeat"))
    times: Any = repeat.get("timeOfDay") or [None]
    return _titled(resource) | without_nothing(
        time=times[0] and str(times[0])[:5],
        days=repeat.get("dayOfWeek"),
        on=an_object(repeat.get("boundsPeriod")).get("start"),
        active=resource.get("status") == "active",
    )


def _mapping(type_name: str, write: Any, read: Any, *home: str) -> Mapping:
    return Mapping(
        type_name,
        "Communication",
        write,
        read,
        homes(*home),
        when="sent",
    )


MAPPINGS: Final = (
    _mapping("notification", _write_notification, _read_notification, "title", "message", "read_at"),
    _mapping("chat_message", _write_chat, _read_chat, "message", "reply"),
    _mapping("check_in", _write_check_in, _read_check_in, "summary"),
    Mapping(
        "alarm",
        "CommunicationRequest",
        _write_alarm,
        _read_alarm,
        homes("title", "message", "time", "days", "on", "active"),
        when="authoredOn",
    ),
)
