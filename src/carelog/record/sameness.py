"""When two entries are about the same thing, as data: the fields that are compared, and how much each counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Sameness:
    """Two entries of a type are alike to the weighted mean of their fields' likeness, 0 to 1; from `threshold` on they
    are taken for the same thing. With `within`, only what happens that close together is compared at all."""

    weights: Mapping[str, float]
    threshold: float = 0.9
    within: timedelta | None = None
