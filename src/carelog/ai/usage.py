"""What calls of a model take: tokens, time and money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field


class Prices(BaseModel):
    """What a million tokens cost, in any one currency; those that the endpoint had cached cost the same as others where
    `cached` is not given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    completion: float = Field(ge=0)


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one call or of several. `remembered` answers took no call. `cached` tokens are among those of the `prompt`;
    `cost` is in the currency of the prices. What the endpoint does not tell is None."""

    calls: int = 0
    remembered: int = 0
    seconds: float = 0
    prompt: int | None = None
    cached: int | None = None
    completion: int | None = None
    cost: float | None = None

    @classmethod
    def told(cls, completion: Mapping[str, Any], seconds: float, prices: Prices | None) -> Self:
        """As a chat completion tells it
        (https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage)."""
        given = completion.get("usage")
        usage = given if isinstance(given, Mapping) else {}
        details = usage.get("prompt_tokens_details")
        cached = _count(details.get("cached_tokens")) if isinstance(details, Mapping) else None
        prompt, completed = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
        if prompt is None or (cached is not None and cached > prompt):
            cached = None
        cost = None
        if prices is not None and prompt is not None and completed is not None:
            of_cached = prices.prompt if prices.cached is None else prices.cached
            fresh = prompt - (cached or 0)
            cost = (fresh * prices.prompt + (cached or 0) * of_cached + completed * prices.completion) / 1e6
        return cls(1, 0, seconds, prompt, cached, completed, cost)

    @classmethod
    def of_remembered(cls, seconds: float, prices: Prices | None) -> Self:
        """Of an answer that was there already: it takes no tokens, and costs nothing."""
        return cls(0, 1, seconds, cost=None if prices is None else 0.0)

    def __add__(self, other: "Usage") -> "Usage":
        if not self._any or not other._any:
            return self if self._any else other
        return Usage(
            self.calls + other.calls,
            self.remembered + other.remembered,
            self.seconds + other.seconds,
            _sum(self.prompt, other.prompt),
            _sum(self.cached, other.cached),
            _sum(self.completion, other.completion),
            None if self.cost is None or other.cost is None else self.cost + other.cost,
        )

    @property
    def _any(self) -> bool:
        return bool(self.calls or self.remembered)

    def part(self, share: float) -> "Usage":
        """The share (0 to 1) that one of several has in a call."""

        def of(count: int | None) -> int | None:
            return None if count is None else round(count * share)

        cost = None if self.cost is None else self.cost * share
        return Usage(
            self.calls, self.remembered, self.seconds, of(self.prompt), of(self.cached), of(self.completion), cost
        )

    def as_json(self) -> dict[str, Any]:
        """What there is of it."""
        told = {
            "calls": self.calls,
            "remembered": self.remembered or None,
            "seconds": round(self.seconds, 3),
            "prompt_tokens": self.prompt,
            "cached_tokens": self.cached,
            "completion_tokens": self.completion,
            "cost": None if self.cost is None else round(self.cost, 8),
        }
        return {name: value for name, value in told.items() if value is not None}


_MOST: Final = 10**9  # tokens of one call; whoever tells of more has miscounted


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


def _sum(one: int | None, other: int | None) -> int | None:
    """What is told of either, None where nothing is."""
    return None if one is None and other is None else (one or 0) + (other or 0)
