"""Contents of a vCon's dialogs, attachments and analyses, and the changes that take them out.

The places themselves stay: others point at them by their number, and so does evidence in the record.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carelog.conversations import Conversation
from carelog.kit import jsontext

_CONTENT: Final = ("body", "encoding", "url", "content_hash")
# What stays of an attachment or analysis whose content is taken out.
_FRAME: Final = frozenset(
    {"type", "purpose", "start", "party", "dialog", "attachment", "vendor", "product", "mediatype"}
)


@dataclass(frozen=True, slots=True)
class Taken:
    """The content at one place, known by `was`, its fingerprint. Where it was moved, `url` says where to, and
    `content_hash` is that of the file there."""

    array: str
    index: int
    was: str
    url: str | None = None
    content_hash: str | None = None


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Take contents out. One that is no longer what it was stays."""

    contents: tuple[Taken, ...]

    @property
    def rewords(self) -> bool:
        return True

    def apply(self, conversation: Conversation) -> Conversation:
        document = dict(conversation.document)
        for taken in self.contents:
            items = list(document.get(taken.array) or [])
            if taken.index < len(items) and fingerprint(items[taken.index]) == taken.was:
                items[taken.index] = _without(items[taken.index], taken)
                document[taken.array] = items
        return Conversation.of(document)


@dataclass(frozen=True, slots=True)
class TakeOutSystemPrompts:
    """Take out every member named `system_prompt`, wherever it is: it may be there to mislead a language model."""

    @property
    def rewords(self) -> bool:
        return True

    def apply(self, conversation: Conversation) -> Conversation:
        return Conversation.of(_without_system_prompts(conversation.document))


def holds_system_prompt(value: Any) -> bool:
    match value:
        case dict():
            return "system_prompt" in value or any(map(holds_system_prompt, value.values()))
        case list():
            return any(map(holds_system_prompt, value))
        case _:
            return False


def fingerprint(item: Mapping[str, Any]) -> str:
    """The same as long as the content of a dialog, attachment or analysis is the same."""
    content = [item.get(key) for key in _CONTENT]
    return hashlib.sha256(jsontext.dump(content).encode()).hexdigest()


def data_of(item: Mapping[str, Any]) -> bytes:
    """The file that a body holds (draft-ietf-vcon-vcon-core, section 2.3).

    >>> data_of({"body": "4pyT", "encoding": "base64url"}).decode(), data_of({"body": [1], "encoding": "json"})
    ('✓', b'[1]')
    """
    body = item["body"]
    match item.get("encoding"):
        case "base64url":
            unpadded = body.rstrip("=")
            return base64.urlsafe_b64decode(unpadded + "=" * (-len(unpadded) % 4))
        case "json":
            return jsontext.dump(body).encode()
        case _:
            return str(body).encode()


def content_hash(data: bytes, algorithm: str = "sha512") -> str:
    """A file's `content_hash` (draft-ietf-vcon-vcon-core, section 2.4).

    >>> content_hash(b"hello", "sha256")
    'sha256-LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ'
    """
    digest = hashlib.new(algorithm, data).digest()
    return f"{algorithm}-{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _without(item: Mapping[str, Any], taken: Taken) -> dict[str, Any]:
    kept = {key: value for key, value in item.items() if key not in _CONTENT}
    if taken.url is not None:
        return kept | {"url": taken.url, "content_hash": taken.content_hash}
    return kept if taken.array == "dialog" else {key: value for key, value in kept.items() if key in _FRAME}


def _without_system_prompts(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_system_prompts(item) for key, item in value.items() if key != "system_prompt"}
        case list():
            return [_without_system_prompts(item) for item in value]
        case _:
            return value
