"""Answers that are remembered for a while, so that the same question is not paid twice.

The name of an answer is a keyed digest of the whole question: the endpoint, the model, its parameters, every message
with the words of the conversation and of the prompt, and the schema. Another version of a prompt is another question.

Those who ask the same at the same time share one call. In one process that is certain; across processes it is tried,
and where it fails the question is asked twice.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from cachetools import TLRUCache

from carelog.ai.answer_keys import AnswerKeyring, AnswerKeys, ProcessKeyring
from carelog.kit import jsontext
from carelog.kit.clock import Clock, SystemClock

if TYPE_CHECKING:
    from carelog.ai.shared_answers import SharedAnswers

_MOST_CHARACTERS: Final = 32_000_000


class Kind(StrEnum):
    """What a question is for."""

    EXTRACTION = "extraction"
    VISION = "vision"
    UI_SCHEMA = "ui_schema"
    PLAN = "plan"


LIFETIMES: Final = {
    Kind.EXTRACTION: timedelta(hours=24),
    Kind.VISION: timedelta(hours=24),
    Kind.UI_SCHEMA: timedelta(hours=1),
    Kind.PLAN: timedelta(minutes=30),
}
"""How long an answer is remembered."""

Fate: TypeAlias = Literal["asked", "remembered", "shared"]
"""Whether an endpoint was asked, an answer was there, or one came to another who asked the same."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The JSON that an endpoint answered with. Whoever finds that it can be relied on keeps it: what cannot must be
    asked again."""

    body: Any
    fate: Fate
    keep: Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Keeps what is kept already, or must not be."""


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    until: float  # as time.time() has it


class Answers:
    """Answers of one process, in memory up to a bound, and those that it shares with others."""

    def __init__(
        self,
        keyring: AnswerKeyring | None = None,
        clock: Clock | None = None,
        shared: "SharedAnswers | None" = None,
    ) -> None:
        self._keyring = keyring or ProcessKeyring()
        self._clock = clock or SystemClock()
        self._shared = shared
        self._keys: AnswerKeys | None = None
        self._under_way: dict[bytes, asyncio.Future[Any]] = {}
        self._kept: TLRUCache[bytes, _Kept] = TLRUCache(
            _MOST_CHARACTERS,
            ttu=lambda _, kept, now: kept.until,
            timer=self._now,
            getsizeof=lambda kept: len(kept.text),
        )

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def ask(
        self, question: object, kind: Kind, call: Callable[[], Awaitable[Any]], patience: timedelta
    ) -> Answered:
        """The answer to a question that JSON can write: the one that is remembered, that another is just waiting for,
        or that of `call`, which takes `patience` at the most. Raises what `call` raises."""
        keys = await self._keyring.current()
        if keys is None:
            return Answered(await call(), "asked", nothing)
        if keys != self._keys:
            self._keys = keys
            self._kept.clear()  # nobody finds what other keys have named
        name = hmac.digest(keys.name, jsontext.canonical([kind, question]), "sha256")
        while True:
            if (kept := self._kept.get(name)) is not None:
                return Answered(jsontext.reread(kept.text), "remembered", nothing)
            if (other := self._under_way.get(name)) is None:
                break
            # Whose own call is cancelled leaves it to the others.
            await asyncio.wait([other])
            if not other.cancelled():
                return Answered(other.result(), "shared", nothing)
        mine = self._under_way[name] = asyncio.get_running_loop().create_future()
        try:
            answered = await self._answered(name, keys.seal, kind, call, patience)
            mine.set_result(answered.body)
        except Exception as error:
            mine.set_exception(error)
            mine.exception()  # also where nobody else waits
            raise
        finally:
            mine.cancel()
            del self._under_way[name]
        return answered

    async def _answered(
        self, name: bytes, key: bytes, kind: Kind, call: Callable[[], Awaitable[Any]], patience: timedelta
    ) -> Answered:
        shared = self._shared
        if shared and (kept := await shared.find(name, key, patience)) is not None:
            text, left = kept
            self._kept[name] = _Kept(text, self._now() + left.total_seconds())
            return Answered(jsontext.reread(text), "remembered", nothing)
        async with shared.asking(name) if shared else nullcontext():
            body = await call()

        async def keep() -> None:
            text, lifetime = jsontext.dump(body), LIFETIMES[kind]
            if len(text) <= _MOST_CHARACTERS // 8:
                self._kept[name] = _Kept(text, self._now() + lifetime.total_seconds())
            if shared:
                await shared.keep(name, key, text, lifetime)

        return Answered(body, "asked", keep)
