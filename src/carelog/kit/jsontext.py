"""Strict JSON (RFC 8259) in and out, at the speed of orjson.

Two things that parsers let pass are refused, because two readers of one text could then see two documents: a
key that stands twice in an object, and a number no double can hold. Integers keep every digit; other numbers
are doubles, as RFC 8259 section 6 advises.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import orjson

from carelog.kit.errors import InvalidInput

MAX_DEPTH = 254  # what orjson can write, so that everything read can also be written
MAX_INTEGER_DIGITS = 1000

_BOM = b"\xef\xbb\xbf"
_LONG_NUMBER = b"0" * 19  # from 19 digits on, orjson may turn an integer into a double
_HALF_OF_ONE = _LONG_NUMBER[: len(_LONG_NUMBER) // 2]
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_ESCAPED_COLON = re.compile(rb"\\u003[aA]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|-?[0-9][0-9.eE+-]*|-?[A-Za-z]+', re.DOTALL)
_COLON = re.compile(r"[ \t\r\n]*:")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair is one character
    r"|u(?P<lone>[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|.)",
    re.DOTALL,
)


def parse(data: bytes | str) -> Any:
    """The value of a JSON text.

    Raises InvalidInput, naming line and column (both from 1, columns in characters), for anything that is not
    strict JSON in UTF-8: NaN, lone surrogates, a key that stands twice in one object, nesting beyond
    MAX_DEPTH, integers beyond MAX_INTEGER_DIGITS. A byte order mark is ignored (RFC 8259 section 8.1).

    >>> parse(b'{"dose": 20, "id": 123456789012345678901234567890}')
    {'dose': 20, 'id': 123456789012345678901234567890}
    >>> parse('{"a": 1, "a": 2}')
    Traceback (most recent call last):
        ...
    carelog.kit.errors.InvalidInput: not valid JSON: a key stands twice in one object at line 1, column 10
    """
    encoded = _utf8(data).removeprefix(_BOM)
    try:
        value = orjson.loads(encoded)
        again = orjson.dumps(value)
    except orjson.JSONDecodeError as error:
        if _has_long_numbers(encoded):
            return _parse_carefully(encoded.decode())
        # orjson's message ends in its own place, and its position counts characters
        _refuse(error.msg.split(": line ")[0], error.doc, error.pos)
    except TypeError:
        _refuse_what_is_too_deep(encoded.decode())
    # Written again, a document without white space is the same to the byte, and any other has as many colons as before,
    # unless a repeated key was dropped, a number changed, or a colon in a string had been escaped.
    if again == encoded:
        return value
    if again.count(b":") != encoded.count(b":") or _ESCAPED_COLON.search(encoded) or _has_long_numbers(encoded):
        return _parse_carefully(encoded.decode())
    return value


def reread(text: str) -> Any:
    """The value of a text that `parse` has taken or `dump` has written before, and that need not be checked again.

    >>> reread('{"dose": 20, "id": 123456789012345678901234567890}')
    {'dose': 20, 'id': 123456789012345678901234567890}
    """
    encoded = text.encode()
    return _parse_carefully(text) if _has_long_numbers(encoded) else orjson.loads(encoded)


def dump(value: Any) -> str:
    """The shortest JSON text of a value, its keys in their order.

    Raises InvalidInput for what JSON cannot hold: NaN, lone surrogates, other types, deeper than MAX_DEPTH.

    >>> dump({"dose": 20, "note": None, "id": 123456789012345678901234567890})
    '{"dose":20,"note":null,"id":123456789012345678901234567890}'
    """
    try:
        encoded = orjson.dumps(value)
    except TypeError as error:
        if "64-bit" not in str(error):
            raise InvalidInput(f"cannot be written as JSON: {error}") from None
        return _dump_carefully(value)
    # orjson writes NaN as null, which would make a value up
    if b"null" in encoded and _holds_nan(value):
        raise InvalidInput("cannot be written as JSON: NaN and Infinity are no numbers")
    return encoded.decode()


def with_members(text: str, members: Mapping[str, Any]) -> str:
    """The text of an object that has members, with some more that it has not. Raises as `dump`.

    >>> with_members('{"dose": 20}', {"unit": "mg"})
    '{"dose": 20,"unit":"mg"}'
    """
    return f"{text.rstrip()[:-1]},{dump(members)[1:]}"


def canonical(value: Any) -> bytes:
    """A JSON text that is the same for the same value, in whatever order its keys came.

    >>> canonical({"b": 1, "a": [2.0]}) == canonical({"a": [2.0], "b": 1})
    True
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # Integers beyond 64 bits are more than orjson writes.
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _has_long_numbers(encoded: bytes) -> bool:
    # Half of the bytes tell of most texts that there are none: neither dates nor telephone numbers have as many digits.
    half = encoded[::2].translate(_DIGITS_TO_ZERO)
    return _HALF_OF_ONE in half and _LONG_NUMBER in encoded.translate(_DIGITS_TO_ZERO)


def _holds_nan(value: Any) -> bool:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case float() as number if not math.isfinite(number):
                return True
            case dict() as members:
                waiting.extend(members.values())
            case list() | tuple() as items:
                waiting.extend(items)
            case _:
                pass
    return False


def _dump_carefully(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except (TypeError, ValueError, RecursionError):
        raise InvalidInput("cannot be written as JSON") from None
    return text


def _utf8(data: bytes | str) -> bytes:
    if isinstance(data, str):
        try:
            return data.encode()
        except UnicodeEncodeError as error:
            _refuse("a lone surrogate is no character", data, error.start)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        readable = data[: error.start].decode()
        _refuse("not UTF-8", readable, len(readable))
    return data


def _parse_carefully(text: str) -> Any:
    """Slower, but sees every key and every digit."""
    try:
        value = json.loads(text, parse_int=_integer, parse_float=_double, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _refuse(error.msg[:1].lower() + error.msg[1:], text, error.pos)
    except RecursionError:
        _refuse_what_is_too_deep(text)
    except _Unreadable:
        _examine(text)
        raise
    _examine(text)
    return value


class _Unreadable(InvalidInput):
    """A number that cannot be kept; `_examine` finds its place."""


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise _Unreadable("not valid JSON: a number is too long")
    return int(digits)


def _double(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _Unreadable("not valid JSON: a number is too large")
    return value


def _no_constant(name: str) -> NoReturn:
    raise _Unreadable("not valid JSON: NaN and Infinity are no numbers")


def _examine(text: str) -> None:
    """Refuse the first fault that the standard parser lets pass, at its place."""
    objects: list[set[str] | None] = []  # the keys of each open object, None for an array
    for token in _TOKEN.finditer(text):
        word = token.group()
        match word[0]:
            case '"':
                for escape in _ESCAPE.finditer(word):
                    if escape["lone"]:
                        _refuse("a lone surrogate is no character", text, token.start() + escape.start())
                keys = objects[-1] if objects else None
                if keys is not None and _COLON.match(text, token.end()):
                    key = json.loads(word)
                    if key in keys:
                        _refuse("a key stands twice in one object", text, token.start())
                    keys.add(key)
            case "{" | "[":
                objects.append(set() if word == "{" else None)
                if len(objects) > MAX_DEPTH:
                    _refuse("nested too deeply", text, token.start())
            case "}" | "]":
                if objects:
                    objects.pop()
            case "," | "t" | "f" | "n":
                pass
            case _:
                _examine_number(word, text, token.start())


def _examine_number(word: str, text: str, position: int) -> None:
    if word.lstrip("-")[0] in "NI":
        _refuse("NaN and Infinity are no numbers", text, position)
    try:
        if word.lstrip("-").isdigit():
            _integer(word)
        else:
            _double(word)
    except (_Unreadable, ValueError):
        _refuse("a number is too large", text, position)


def _refuse_what_is_too_deep(text: str) -> NoReturn:
    _examine(text)
    raise InvalidInput("not valid JSON: nested too deeply")


def _refuse(problem: str, text: str, position: int) -> NoReturn:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    raise InvalidInput(
        f"not valid JSON: {problem} at line {line}, column {column}",
        details={"line": line, "column": column},
    )
