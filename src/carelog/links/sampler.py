"""`sampler`: lets a part of the conversations go on, and stops the rest."""

import math
from datetime import datetime
from typing import Literal, Self, TypeAlias
from uuid import UUID

from pydantic import Field, model_validator

from carelog.links.sampling import fraction, number
from carelog.pipeline import Link, LinkOptions, Outcome, Work

Method: TypeAlias = Literal["percentage", "modulo", "rate", "time_based"]


class SamplerOptions(LinkOptions):
    """`value` is by method: how many of a hundred conversations, each how manieth of them, or how many seconds.
    Samplers with different `seed`s choose independently of each other."""

    method: Method = "percentage"
    value: float = Field(default=50, ge=0, allow_inf_nan=False)
    seed: int | str | None = None

    @model_validator(mode="after")
    def _value_of_method(self) -> Self:
        if self.method == "percentage" and self.value > 100:
            raise ValueError("value: a percentage is at most 100")
        if self.method == "rate" and self.value == 0:
            raise ValueError("value: a rate is a number of seconds above 0")
        if self.method in ("modulo", "time_based") and (self.value < 1 or self.value != int(self.value)):
            raise ValueError(f"value: {self.method} takes a whole number from 1 on")
        return self


class SamplerLink(Link[SamplerOptions]):
    """Decides by the conversation alone, so that a repeated run decides alike, and every process too."""

    options_model = SamplerOptions

    async def run(self, work: Work) -> Outcome:
        return Outcome(stop=not is_chosen(work.conversation.uuid, work.conversation.created_at, self.options))


def is_chosen(uuid: UUID, created_at: datetime, options: SamplerOptions) -> bool:
    """Whether the conversation goes on.

    `percentage` and `modulo` choose by a hash of its uuid; `time_based` those made in the first of each `value`
    seconds; `rate` about one in `value` seconds where one comes each second, as an exponential clock would.

    >>> from datetime import UTC
    >>> uuid, moment = UUID("0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"), datetime(2026, 1, 5, 9, 0, 30, tzinfo=UTC)
    >>> is_chosen(uuid, moment, SamplerOptions(value=100)), is_chosen(uuid, moment, SamplerOptions(value=0))
    (True, False)
    >>> is_chosen(uuid, moment, SamplerOptions(method="time_based", value=60))
    False
    """
    match options.method:
        case "percentage":
            return fraction(uuid, options.seed) * 100 < options.value
        case "rate":
            return fraction(uuid, options.seed) < -math.expm1(-1 / options.value)
        case "modulo":
            return number(uuid, options.seed) % int(options.value) == 0
        case "time_based":
            return int(created_at.timestamp()) % int(options.value) == 0
