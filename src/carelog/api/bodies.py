"""Which bodies are read: a vCon in JSON, or a transcript in plain text, both in UTF-8 and not compressed."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.datastructures import Headers

from carelog.kit.errors import InvalidInput, UnsupportedMediaType

VCON: Final = ("application/vcon", "application/vcon+json", "application/json")
TRANSCRIPT: Final = "text/plain"

_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})

BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        **{
            kind: {
                "schema": {
                    "type": "object",
                    "description": "A vCon after draft-ietf-vcon-vcon-core-03",
                    "required": ["uuid", "parties"],
                }
            }
            for kind in VCON
        },
        TRANSCRIPT: {"schema": {"type": "string", "description": 'Lines of "Speaker: what was said"'}},
    },
}
"""The body of a conversation, for the API description."""


def media_type(headers: Headers) -> str:
    """One of VCON, or TRANSCRIPT. Raises UnsupportedMediaType for any other type, character set or encoding."""
    return media_type_among(headers, (*VCON, TRANSCRIPT), "a vCon in JSON or a transcript in plain text")


def media_type_among(headers: Headers, accepted: Sequence[str], told: str) -> str:
    """The accepted type that the body has; `told` names them in the message. Raises as `media_type`."""
    kind, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    if kind not in accepted:
        raise UnsupportedMediaType(f"the body must be {told}", details={"accepted": list(accepted)})
    for name, _, value in (parameter.partition("=") for parameter in parameters):
        if name.strip() == "charset" and value.strip().strip('"') not in _CHARSETS:
            raise UnsupportedMediaType("the body must be in UTF-8", details={"accepted": ["utf-8"]})
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("a compressed body is not read", details={"accepted": ["identity"]})
    return kind


def utf8(body: bytes) -> str:
    """The text of a body, without a byte order mark. Raises InvalidInput naming the byte."""
    try:
        return body.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the text is not UTF-8 at byte {error.start}") from None
