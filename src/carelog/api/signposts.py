"""Signposts: from the words of a path to the few operations that it may be for.

A router compares a path with the pattern of each operation in turn. For the last of some hundred, that takes longer
than the operation.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

# Of a path or a pattern: a word that patterns hold, or None for any other.
_Words: TypeAlias = tuple[str | None, ...]

_REMEMBERED: Final = 1024


class Signposts:
    """Replaces a router's search through all of its routes; it finds the same route, or none."""

    def __init__(self, router: APIRouter) -> None:
        self._whole = router
        self._routes = [(route, _patterns_of(route)) for route in router.routes]
        patterns = [pattern for _, those in self._routes for pattern in those or ()]
        self._words = frozenset(word for pattern in patterns for word in pattern)
        self._longest = max(map(len, patterns), default=0)
        self._routers = lru_cache(_REMEMBERED)(self._router_for)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._whole.app(scope, receive, send)
            return
        scope["router"] = self._whole
        await self.near(scope["path"]).app(scope, receive, send)

    def near(self, path: str) -> APIRouter:
        """A router with only those routes that may be for this path, in their order."""
        words = [word if word in self._words else None for word in path.split("/", self._longest)]
        return self._routers(tuple(words))

    def _router_for(self, words: _Words) -> APIRouter:
        routes = [
            route
            for route, patterns in self._routes
            if patterns is None or any(_may_match(pattern, words) for pattern in patterns)
        ]
        return APIRouter(routes=routes, redirect_slashes=self._whole.redirect_slashes)


def _patterns_of(route: BaseRoute) -> Sequence[_Words] | None:
    """The patterns of the operations behind a route; None where it may be for any path."""
    patterns = []
    for path, operation in _operations_of(route):
        if path is None or ":path}" in path or not isinstance(operation, Route):
            return None
        patterns.append(tuple([None if "{" in word else word for word in path.split("/")]))
    return patterns


def _operations_of(route: BaseRoute) -> Iterator[tuple[str | None, BaseRoute]]:
    """The paths and operations behind a route.

    When a router that is included in another is first asked for its operations, FastAPI makes them anew, which takes
    most of a second for some hundred. So the paths are read from the included router itself.
    """
    given: Any = route
    included = getattr(given, "original_router", None)
    if isinstance(included, APIRouter) and all(isinstance(operation, Route) for operation in included.routes):
        yield from ((given.include_context.path_for(operation), operation) for operation in included.routes)
    else:
        yield from ((made.path, made.original_route) for made in iter_route_contexts([route]))


def _may_match(pattern: _Words, words: _Words) -> bool:
    """A parameter may hold any word, also one that other patterns hold."""
    return len(pattern) == len(words) and all(
        wanted is None or wanted == word for wanted, word in zip(pattern, words, strict=True)
    )
