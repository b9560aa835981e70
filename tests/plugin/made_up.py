"""Made-up conversations, and chains whose links do what a test says."""

from typing import Any

from carelog.conversations import Conversation
from carelog.kit.ids import new_id
from carelog.pipeline.submission import Submission
from carelog.record import Evidence, NewEntry
from carelog.record.types.symptom import Symptom


def submission(text: str = "I have a headache.", *, channel: str = "checkin", tel: str = "+12025550100",
               external_id: str | None = None, **more: Any) -> Submission:  # fmt: skip
    """A check-in of one turn."""
    document = {
        "uuid": str(new_id()),
        "created_at": "2026-01-05T08:00:00+00:00",
        "parties": [{"tel": tel, "role": "patient"}],
        "dialog": [
            {
                "type": "text",
                "start": "2026-01-05T08:00:00-05:00",
                "parties": 0,
                "mediatype": "text/plain",
                "encoding": "none",
                "body": text,
            }
        ],
        **more,
    }
    return Submission(Conversation.of(document), channel=channel, external_id=external_id)


def symptom_of(conversation: Conversation, name: str = "headache") -> NewEntry:
    """An entry that quotes the whole first turn."""
    turn = conversation.turns[0]
    quote = Evidence(
        conversation=conversation.uuid, turn=0, pointer=turn.pointer, dialog=0, start=0, end=len(turn.text),
        quote=turn.text,
    )  # fmt: skip
    return NewEntry(
        type="symptom",
        payload=Symptom(name=name, polarity="present"),
        evidence=(quote,),
        occurred_at=conversation.started_at,
        occurred_zone="UTC",
        recorded_by="test",
    )


def chain(*links: Any, **more: Any) -> dict[str, Any]:
    """A chain definition over check-ins."""
    return {"channels": ["checkin"], "links": list(links), **more}


def scripted_link(does: str) -> dict[str, Any]:
    return {"scripted": {"does": does}}


def checkpoint_link(does: str) -> dict[str, Any]:
    return {"scripted_checkpoint": {"does": does}}
