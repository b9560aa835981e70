"""Names that nobody knows, and that are all but one that somebody does."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Final

_ALIKE: Final = 0.85


def misspelt(given: Iterable[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    """What was given and is not known, each with the known name that it is most like, where it is like one.

    >>> list(misspelt(["CARELOG_DATABSE_URL", "CARELOG_PORT", "CARELOG_OWN"], ["CARELOG_DATABASE_URL", "CARELOG_PORT"]))
    [('CARELOG_DATABSE_URL', 'CARELOG_DATABASE_URL')]
    """
    names = frozenset(known)
    for name in given:
        if name not in names and (alike := _most_alike(name, names)):
            yield name, alike


@cache
def _most_alike(name: str, known: frozenset[str]) -> str | None:
    """Kept: an environment hardly changes, and to compare all of it takes as long as a database takes to open."""
    alike = get_close_matches(name, sorted(known), n=1, cutoff=_ALIKE)
    return alike[0] if alike else None
