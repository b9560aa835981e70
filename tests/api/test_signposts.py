"""The short way to an operation leads to the same one as the long way."""

from typing import Any
from uuid import uuid4

import pytest
from door import Door
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import given
from hypothesis import strategies as st

from carelog.api.signposts import Signposts

WORDS = ("one", "two", "three", "x", "")


def made(patterns: list[str]) -> FastAPI:
    """An application in which each pattern is an operation of that name, every other one in a router of its own."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    for number, pattern in enumerate(patterns):

        async def operation() -> None: ...

        router = APIRouter()
        router.add_api_route(pattern, operation, name=f"{number}", methods=["GET" if number % 3 else "POST"])
        if number % 2:
            app.include_router(router)
        else:
            app.router.routes.extend(router.routes)
    return app


async def found(app: FastAPI, method: str, path: str) -> tuple[int, str | None]:
    scope: dict[str, Any] = {
        "type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "app": app,
    }  # fmt: skip
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(scope, receive, send)
    return status, getattr(scope.get("route"), "name", None)


word = st.sampled_from(WORDS)
segment = word | st.sampled_from(["{a}", "{b}", "two-{c}"])
patterns = st.lists(
    st.lists(segment, min_size=1, max_size=4, unique=True).map(lambda words: "/" + "/".join(words)), max_size=12
)


@given(patterns, st.sampled_from(["GET", "POST", "PUT"]), st.lists(word | st.just("two-y"), max_size=6))
async def test_the_same_operation_is_found(given_patterns: list[str], method: str, words: list[str]) -> None:
    path = "/" + "/".join(words)
    long, short = made(given_patterns), made(given_patterns)
    short.router.middleware_stack = Signposts(short.router)
    assert await found(short, method, path) == await found(long, method, path)


async def test_every_operation_of_the_api_is_a_few_steps_away(door: Door) -> None:
    signposts = door.app.router.middleware_stack
    assert isinstance(signposts, Signposts)
    for context in iter_route_contexts(door.app.routes):
        words = [str(uuid4()) if "{" in one else one for one in str(context.path).split("/")]
        assert 1 <= len(signposts.near("/".join(words)).routes) <= 6, context.path


@pytest.mark.parametrize("path", ["/docs//", "/api", "/api/nothing", "/api/subjects/", "/api" + "/x" * 500])
async def test_what_is_not_there_is_not_found(door: Door, path: str) -> None:
    client = await door.client(await door.key())
    assert (await client.get(path)).status_code == 404
