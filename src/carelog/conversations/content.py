"""The text that a JSON pointer leads to, decoded: what evidence is checked against."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, Final

from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

# What a body begins with that may be JSON, or nothing.
_JSON: Final = frozenset({"{", "["})


def text_at(document: Mapping[str, Any], pointer: str) -> str:
    """The string that an RFC 6901 pointer leads to, as a reader sees it.

    A body whose `encoding` is base64url is decoded as UTF-8 first. Where the pointer goes on below a string,
    that string is read as JSON. So `text_at(document, turn.pointer)` holds every turn at its offset.
    Raises InvalidInput when the pointer leads to no text.

    >>> document = {"dialog": [{"type": "text", "body": "SGVsbG8", "encoding": "base64url"}]}
    >>> text_at(document, "/dialog/0/body")
    'Hello'
    >>> document = {"analysis": [{"body": '{"text": "I slept well"}', "encoding": "none"}]}
    >>> text_at(document, "/analysis/0/body/text")
    'I slept well'
    """
    here: Any = document
    for token in _tokens(pointer):
        if isinstance(here, str):
            here = jsontext.parse(here)
        here = _step(here, token, pointer)
    if not isinstance(here, str):
        raise InvalidInput(f"there is no text at {pointer}")
    return here


def body_text(item: Mapping[str, Any]) -> str | None:
    """The text of a body given as a string, decoded; None when it has no body or the body is no text.

    >>> body_text({"body": "4pyT", "encoding": "base64url"})
    '✓'
    """
    body = item.get("body")
    if not isinstance(body, str):
        return None
    if item.get("encoding") != "base64url":
        return body
    unpadded = body.rstrip("=")
    try:
        decoded = base64.urlsafe_b64decode(unpadded + "=" * (-len(unpadded) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return None if "\0" in decoded else decoded


def mediatype_of(item: Mapping[str, Any]) -> str:
    """The media type of a body, without parameters; older vCons call it `mimetype`. Plain text where none is given."""
    given = str(item.get("mediatype") or item.get("mimetype") or "text/plain")
    return given if given == "text/plain" else given.split(";")[0].strip().lower()


def plain_words(document: Mapping[str, Any]) -> list[str] | None:
    """What was said, where all of it stands in plain text messages; None where it must be read from other shapes.

    To find a conversation by its words, they need not be taken apart into turns.

    >>> plain_words({"dialog": [{"type": "text", "body": "I slept well", "encoding": "none"}]})
    ['I slept well']
    """
    if document.get("analysis"):
        return None
    words: list[str] = []
    for dialog in document.get("dialog") or []:
        body = dialog.get("body")
        plain = dialog.get("mediatype") == "text/plain" or mediatype_of(dialog) == "text/plain"
        if not plain or dialog.get("type") != "text" or dialog.get("encoding") != "none" or not isinstance(body, str):
            return None
        if body.lstrip()[:1] in _JSON:
            return None
        words.append(body)
    return words


def below(pointer: str, *steps: str | int) -> str:
    """
    >>> below("/analysis/0/body", "a/b", 3)
    '/analysis/0/body/a~1b/3'
    """
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "/".join([pointer, *escaped])


def _tokens(pointer: str) -> Iterator[str]:
    if pointer and not pointer.startswith("/"):
        raise InvalidInput("a JSON pointer begins with /")
    for token in pointer.split("/")[1:]:
        yield token.replace("~1", "/").replace("~0", "~")


def _step(here: object, token: str, pointer: str) -> object:
    match here:
        case Mapping() if token in here:
            return _decoded(here, token)
        case list() if token.isascii() and token.isdigit() and len(token) < 10 and int(token) < len(here):
            return here[int(token)]
        case _:
            raise InvalidInput(f"nothing stands at {pointer}")


def _decoded(item: Mapping[str, Any], key: str) -> object:
    if key == "body" and item.get("encoding") == "base64url":
        text = body_text(item)
        return item[key] if text is None else text
    return item[key]
