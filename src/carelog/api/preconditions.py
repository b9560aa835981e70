"""Entity tags and the conditions that requests make with them (RFC 9110 sections 8.8.3 and 13.1).

The tag of an entry holds its revision, and a digest of what is shown: `"3-5f0c..."`. What is shown can change without a
new revision, since it says whether the entry is of today. A condition for a change compares the revision alone.
"""

import hashlib
import re
from typing import Annotated, Final

from fastapi import Header

from carelog.api.errors import invalid, problem
from carelog.kit.errors import PreconditionRequired

_TAG: Final = re.compile(r'\s*(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e]*)"\s*(?:,|$)')
_REVISION: Final = re.compile(r"([1-9][0-9]{0,9})(?:-[0-9a-f]+)?")

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=1000, description="The `ETag` of the state that was seen, or *"),
]
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", max_length=1000, description="`ETag`s of what is at hand already")
]


def tag_of(revision: int, shown: bytes) -> str:
    """The entity tag of an entry at a revision, shown so."""
    return f'"{revision}-{hashlib.blake2b(shown, digest_size=8).hexdigest()}"'


def is_at_hand(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller has what the tag stands for (weak comparison, as for reading)."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return any(f'"{match["opaque"]}"' == tag for match in _TAG.finditer(if_none_match))


def revision_seen(if_match: str | None) -> int | None:
    """The revision that a change is meant for; None for `*`, which is whichever there is.

    Raises PreconditionRequired when nothing is said, and InvalidInput for what is not one tag that was given out.
    """
    if if_match is None:
        raise PreconditionRequired("say which state you have seen: give its ETag as If-Match, or * for whichever it is")
    if if_match.strip() == "*":
        return None
    whole = _TAG.fullmatch(if_match)
    revision = _REVISION.fullmatch(whole["opaque"]) if whole and not whole["weak"] else None
    if revision is None:
        raise invalid([problem("/header/If-Match", "must be one ETag that was given out, or *")])
    return int(revision[1])
