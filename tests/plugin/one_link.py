"""One link by itself, over made-up conversations."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from made_up import submission

from carelog.conversations import Conversation
from carelog.kit.ids import new_id
from carelog.pipeline import LinkError, Outcome, Work
from carelog.pipeline.link import make_link

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def work_on(conversation: Conversation) -> Work:
    return Work(
        conversation=conversation,
        conversation_id=conversation.uuid,
        subject_id=new_id(),
        channel="checkin",
        chain="record",
        key=f"{new_id()}:0",
        now=NOW,
    )


def made_up(text: str = "I have a headache.", **more: Any) -> Conversation:
    return submission(text, **more).conversation


async def outcome(
    name: str, options: Mapping[str, Any], conversation: Conversation, context: Mapping[str, Any] | None = None
) -> Outcome:
    """What a link makes of a conversation, or the error that it fails with, raised."""
    [result] = await make_link(name, options, context).run_batch([work_on(conversation)])
    if isinstance(result, Exception):
        raise result
    return result


async def failure(
    name: str, options: Mapping[str, Any], conversation: Conversation, context: Mapping[str, Any] | None = None
) -> LinkError:
    """How a link fails on a conversation."""
    [result] = await make_link(name, options, context).run_batch([work_on(conversation)])
    assert isinstance(result, LinkError)
    return result


def applied(result: Outcome, conversation: Conversation) -> Conversation:
    for change in result.changes:
        conversation = change.apply(conversation)
    return conversation
