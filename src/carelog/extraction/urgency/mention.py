"""Where a sign of danger is named."""

from typing import NamedTuple


class Mention(NamedTuple):
    """The words `first` to `end` name a sign. `as_plan`: what may yet happen is the sign, such as a threat."""

    sign: str
    first: int
    end: int
    as_plan: bool = False
