"""One way of saying what is not so."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction.wordsets import word_set

WITHIN = r"(?:[^.?!…\n]|[.](?=\d))"
"""A character of one sentence."""
FIRST_PERSON = r"\b(?:i|i'm|i've|i'd|i'll|im|ive|me|my|mine|we|we've|our|mujhe|mera|meri|mere|maine|main)\b"


class Unreal(NamedTuple):
    """The group `unreal` of the pattern is what is not so, the whole of it where there is no such group. One of `cues`
    is among the words of whatever it matches. `roles` are those who say it so; anybody where there are none."""

    cues: frozenset[str]
    pattern: str
    roles: frozenset[Role]

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """The characters of a text with straight quotes that are not so."""
        pattern = _compiled(self.pattern)
        group = "unreal" if "unreal" in pattern.groupindex else 0
        return (match.span(group) for match in pattern.finditer(text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def unreal(cues: str, pattern: str, *roles: Role) -> Unreal:
    """A way of saying it, with its cues as running text and its pattern in small letters and straight quotes."""
    return Unreal(word_set(cues), pattern, frozenset(roles))


def up_to(stop: str = "", *, longest: int = 240) -> str:
    """The rest of a sentence, or what of it stands before the pattern `stop`."""
    return rf"(?P<unreal>(?:(?!{stop}){WITHIN}){{1,{longest}}})" if stop else rf"(?P<unreal>{WITHIN}{{1,{longest}}})"
