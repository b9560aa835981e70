"""What is wrong with a value that pydantic refused: the place, and a sentence for whoever sent it. Pydantic's own
sentences speak of its types, and may quote a character of what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

MOST: Final = 100
"""So many problems are told of one value: whoever has more of them learns nothing from the rest."""

_SENTENCES: Final[Mapping[str, str]] = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "date_from_datetime_parsing": "must be a date, such as 2026-01-05",
    "date_parsing": "must be a date, such as 2026-01-05",
    "datetime_from_date_parsing": "must be a date and time with a zone, such as 2026-01-05T09:30:00Z",
    "datetime_parsing": "must be a date and time with a zone, such as 2026-01-05T09:30:00Z",
    "dict_type": "must be an object",
    "enum": "must be {expected}",
    "extra_forbidden": "is not known here",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "int_type": "must be a whole number",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "list_type": "must be a list",
    "literal_error": "must be {expected}",
    "missing": "is required",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "none_required": "must be left out",
    "string_pattern_mismatch": "does not have the form that it must have",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    "timezone_aware": "needs a time zone, such as Z or +05:30",
    "too_short": "must be given at least {min_length} times",
    "too_long": "must be given at most {max_length} times",
    "uuid_parsing": "must be a UUID",
}


def problems_of(error: ValidationError) -> list[dict[str, str]]:
    """
    >>> from pydantic import TypeAdapter
    >>> try:
    ...     TypeAdapter(dict[str, int]).validate_python({"pulse": "fast"})
    ... except ValidationError as error:
    ...     problems_of(error)
    [{'place': '/pulse', 'problem': 'must be a whole number'}]
    """
    if error.error_count() > MOST:  # to tell each takes a hundred times as long as to read it
        return [{"place": "/", "problem": f"is wrong in more than {MOST} places"}]
    told = error.errors(include_input=False, include_url=False)
    return [{"place": place_of(one["loc"]), "problem": sentence_of(one)} for one in told]


def place_of(loc: Sequence[str | int]) -> str:
    """
    >>> place_of(("body", "times", 0))
    '/body/times/0'
    """
    return "/" + "/".join(map(str, loc))


def sentence_of(detail: Mapping[str, Any]) -> str:
    """
    >>> sentence_of({"type": "too_short", "ctx": {"field_type": "Value", "min_length": 32}})
    'must have at least 32 characters'
    """
    of_a_secret = detail["type"] == "too_short" and detail["ctx"]["field_type"] == "Value"  # whose length is counted
    known = "must have at least {min_length} characters" if of_a_secret else _SENTENCES.get(detail["type"])
    sentence: str = known.format(**detail.get("ctx", {})) if known else detail["msg"].removeprefix("Value error, ")
    return sentence
