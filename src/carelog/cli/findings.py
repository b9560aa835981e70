"""What `carelog doctor` finds."""

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """`WARN` is for what may well be meant so."""

    OK = "ok"
    WARN = "warn"
    WRONG = "WRONG"


class Finding(NamedTuple):
    """What was looked at, and what was seen."""

    grade: Grade
    name: str
    detail: str
