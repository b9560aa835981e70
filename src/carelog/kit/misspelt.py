"""Names that nobody knows, and that are all but one that somebody does."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from typing import Final

_ALIKE: Final = 0.85


def misspelt(given: Iterable[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    """What was given and is not known, each with the known name that it is most like, where it is like one.

    >>> list(misspelt(["CARELOG_DATABSE_URL", "CARELOG_PORT", "CARELOG_OWN"], ["CARELOG_DATABASE_URL", "CARELOG_PORT"]))
    [('CARELOG_DATABSE_URL', 'CARELOG_DATABASE_URL')]
    """
    for name in given:
        if name not in known and (alike := get_close_matches(name, known, n=1, cutoff=_ALIKE)):
            yield name, alike[0]
