"""What a vCon must look like, after draft-ietf-vcon-vcon-core-03.

`vcon_shape` says what each parameter may be; `vcon_rules` says what holds between parameters. Both only check:
the document that came in stays as it is, and parameters they do not name are kept untouched.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from carelog.conversations.dates import read_date, uuid_moment
from carelog.conversations.form import form_of
from carelog.conversations.vcon_rules import Problem, broken_rules, broken_rules_of
from carelog.conversations.vcon_shape import UUID_FORM, VconShape
from carelog.kit.errors import InvalidInput
from carelog.kit.problems import MOST

MAX_PROBLEMS = 1000

_PLAIN_KEYS = ("type", "start", "parties", "mediatype", "encoding", "body")
_plain_values = itemgetter(*_PLAIN_KEYS)


class SignedOrEncrypted(InvalidInput):
    """The signed (JWS) or encrypted (JWE) form of a vCon, where the plain one is read; see `receiving`."""

    code = "conversation.sealed"


def check(document: object) -> None:
    """Refuse what is not a vCon in the unsigned form.

    Raises SignedOrEncrypted for the other two forms, and InvalidInput otherwise, with every problem in
    `details["problems"]`: `place` is a JSON pointer (RFC 6901), `problem` a sentence without values.

    >>> check({"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "parties": []})
    >>> check({"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "vcon": "0.3.0", "parties": "Meera"})
    Traceback (most recent call last):
        ...
    carelog.kit.errors.InvalidInput: not a valid vCon: /vcon must be "0.4.0" (and 1 more problem)
    """
    if not isinstance(document, Mapping):
        raise InvalidInput("not a valid vCon: it must be a JSON object", details={"problems": []})
    _refuse_sealed(document)
    others = _other_than_plain(document)
    _refuse([*_broken_shapes(document, others), *_without_created_at(document), *broken_rules(document, others)])


def check_added(document: Mapping[str, Any], array: str) -> None:
    """Refuse a vCon that is one no more with the last item of this array, the rest of which was checked before.

    Raises InvalidInput as `check` does.
    """
    place = len(document[array]) - 1
    shapes = _broken_shapes({"uuid": document["uuid"], "parties": [], array: [document[array][-1]]})
    moved = ((at.replace(f"/{array}/0", f"/{array}/{place}", 1), problem) for at, problem in shapes)
    _refuse([*moved, *broken_rules_of(document, array, place)])


def _other_than_plain(document: Mapping[str, Any]) -> list[int]:
    """The dialogs that are no messages of one party in plain words. Most are: a glance tells that they are right."""
    parties, dialogs = document.get("parties"), document.get("dialog")
    if not isinstance(dialogs, list):
        return []
    speakers = len(parties) if isinstance(parties, list) else 0
    return [i for i, dialog in enumerate(dialogs) if not _is_plain(dialog, speakers)]


def _is_plain(dialog: object, speakers: int) -> bool:
    if type(dialog) is not dict or len(dialog) != len(_PLAIN_KEYS):
        return False
    try:
        kind, start, speaker, mediatype, encoding, body = _plain_values(dialog)
    except KeyError:
        return False
    return (
        kind == "text"
        and mediatype == "text/plain"
        and encoding == "none"
        and type(body) is str
        and type(speaker) is int
        and 0 <= speaker < speakers
        and type(start) is str
        and read_date(start) is not None
    )


def _refuse(problems: Sequence[Problem]) -> None:
    if not problems:
        return
    place, problem = problems[0]
    more = {1: "", 2: " (and 1 more problem)"}.get(len(problems), f" (and {len(problems) - 1} more problems)")
    raise InvalidInput(
        f"not a valid vCon: {place or 'it'} {problem}{more}",
        details={"problems": [{"place": p, "problem": s} for p, s in problems[:MAX_PROBLEMS]]},
    )


def _refuse_sealed(document: Mapping[str, Any]) -> None:
    form = form_of(document)
    if form != "unsigned":
        raise SignedOrEncrypted(f"the vCon is {form}, and must be opened before it is read")


def _without_created_at(document: Mapping[str, Any]) -> list[Problem]:
    """`created_at` may be absent where the uuid tells it, as in the draft's own published examples."""
    identity = document.get("uuid")
    if "created_at" in document:
        return []
    if isinstance(identity, str) and UUID_FORM.fullmatch(identity) and uuid_moment(UUID(identity)):
        return []
    return [("/created_at", "is required")]


@cache
def _shape() -> TypeAdapter[VconShape]:
    """Built at the first check, so that importing stays quick."""
    return TypeAdapter(VconShape)


_SENTENCES: Mapping[str, str] = {
    "missing": "is required",
    "string_type": "must be a string",
    "string_unicode": "must hold characters, not lone surrogates",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than_equal": "must not be negative",
    "list_type": "must be a list",
    "too_short": "must not be empty",
    "dict_type": "must be an object",
}


def _broken_shapes(document: Mapping[str, Any], dialogs: Sequence[int] | None = None) -> list[Problem]:
    """Of these dialogs, where they are given: the others are known to have the right shape."""
    looked_at: Mapping[str, Any] = document
    given = document.get("dialog")
    if dialogs is not None and isinstance(given, list):
        looked_at = {**document, "dialog": [given[i] for i in dialogs]}
    try:
        _shape().validate_python(looked_at, strict=True)
    except ValidationError as error:
        if looked_at is not document:
            return _broken_shapes(document)  # once more, for the places
        if error.error_count() > MOST:  # to tell each takes a hundred times as long as to read it
            return [("", f"is wrong in more than {MOST} places")]
        details = error.errors(include_url=False, include_input=False)
        return [(_place(detail["loc"], document), _sentence(detail)) for detail in details]
    return []


def _sentence(detail: ErrorDetails) -> str:
    if detail["type"] == "literal_error":
        expected = detail["ctx"]["expected"].replace("'", '"')
        return f"must be {expected}" if detail["loc"] == ("vcon",) else f"must be one of {expected}"
    if detail["type"].startswith("int_"):
        return _SENTENCES["int_type"]
    return _SENTENCES.get(detail["type"], detail["msg"])


def _place(loc: Sequence[str | int], document: object) -> str:
    """pydantic's way to an error as a JSON pointer: the tags of its unions lead nowhere in the document."""
    place, here = "", document
    for i, step in enumerate(loc):
        match here, step:
            case Mapping(), str() if step in here or i + 1 == len(loc):  # what is missing comes last
                here = here.get(step)
            case list(), int() if step < len(here):
                here = here[step]
            case _:
                continue
        place += f"/{step}"
    return place
