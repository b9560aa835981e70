"""Tags of a conversation: names with values, kept in the vCon as its community does.

They stand in an attachment of purpose "tags" (older tools say `type`), encoding "json", whose body is a list
of "name:value" strings. An attachment must name a party and a dialog; a vCon without either cannot have one,
so there the same body stands in an analysis of type "tags" and vendor "carelog".
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from carelog.conversations.conversation import Conversation
from carelog.conversations.dates import write_date
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

_PLACES = ("attachments", "analysis")


def tags_of(conversation: Conversation) -> dict[str, str]:
    """Every tag by name; a tag without a value has an empty one, and of a repeated name the last counts.

    >>> document = {"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "parties": []}
    >>> tags_of(with_tags(Conversation.of(document), {"triage": "routine"}))
    {'triage': 'routine'}
    """
    return _tags(list(_tag_items(conversation.document)))


def with_tags(conversation: Conversation, tags: Mapping[str, str], *, at: datetime | None = None) -> Conversation:
    """The conversation with these tags beside its others; a name that is there already gets the new value.

    `at` becomes its `updated_at`. Raises InvalidInput for a name that is empty or holds a colon.
    """
    if any(not name.strip() or ":" in name for name in tags):
        raise InvalidInput("a tag needs a name, without a colon")
    document = conversation.document
    items = list(_tag_items(document))
    if tags.items() <= _tags(items).items():
        return conversation
    kept = [item for item in items if _is_writable(item[2])]
    if not kept:
        return _with_first_tags(conversation, _body(tags), at)
    array, index, item = kept[-1]
    changed = item | {"body": _body({**dict(_pairs(item)), **tags})}
    whole = list(document[array])
    whole[index] = changed
    # Checked already, but for the body of one item, which has no rules.
    return conversation.with_members({array: whole, **_updated(at)})


def _tags(items: Iterable[tuple[str, int, dict[str, Any]]]) -> dict[str, str]:
    return {name: value for _, _, item in items for name, value in _pairs(item)}


def _with_first_tags(conversation: Conversation, body: list[str], at: datetime | None) -> Conversation:
    """They need no check, which takes as long as all the rest: this is what the rules ask for."""
    document = conversation.document
    content = {"mediatype": "application/json", "encoding": "json", "body": body}
    if document.get("dialog") and document["parties"]:
        start = write_date(at or conversation.created_at)
        array, item = "attachments", {"purpose": "tags", "start": start, "party": 0, "dialog": 0, **content}
    else:
        array, item = "analysis", {"type": "tags", "vendor": "carelog", **content}
    return conversation.with_members({array: [*(document.get(array) or []), item], **_updated(at)})


def _updated(at: datetime | None) -> dict[str, str]:
    return {} if at is None else {"updated_at": write_date(at)}


def _tag_items(document: Mapping[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for array in _PLACES:
        for i, item in enumerate(document.get(array) or []):
            if "tags" in (item.get("purpose"), item.get("type")):
                yield array, i, item


def _is_writable(item: Mapping[str, Any]) -> bool:
    return item.get("encoding") == "json" and isinstance(item.get("body"), list)


def _pairs(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    body = item.get("body")
    if isinstance(body, str):
        try:
            body = jsontext.parse(body)
        except InvalidInput:
            return
    if isinstance(body, Mapping):
        body = [f"{name}:{value}" for name, value in body.items() if isinstance(value, str)]
    for tag in body if isinstance(body, list) else ():
        if isinstance(tag, str):
            name, _, value = tag.partition(":")
            if name.strip():
                yield name.strip(), value.strip()


def _body(tags: Mapping[str, str]) -> list[str]:
    return [f"{name.strip()}:{value.strip()}" for name, value in tags.items()]
