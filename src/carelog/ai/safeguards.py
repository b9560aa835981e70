"""What stands between Carelog and all of its AI endpoints."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from carelog.ai.answer_keys import SharedKeyring
from carelog.ai.answers import Answers
from carelog.ai.counts import DatabaseCounts, RedisCounts
from carelog.ai.rates import Rates
from carelog.ai.tables import ai_breaker
from carelog.db import Database
from carelog.db.breakers import Breakers, SharedStates
from carelog.kit.clock import Clock
from carelog.kit.shared_redis import SharedRedis
from carelog.telemetry import metrics


@dataclass(frozen=True, slots=True)
class Safeguards:
    """By themselves they are those of one process."""

    breakers: Breakers = field(default_factory=Breakers)
    rates: Rates = field(default_factory=Rates)
    answers: Answers = field(default_factory=Answers)

    @classmethod
    def shared(
        cls, database: Database, redis: SharedRedis | None, subkey: Callable[[str], bytes], clock: Clock
    ) -> Self:
        """Those that all processes on the database share, and through Redis, where there is one. `subkey` gives the
        32 bytes for a purpose."""
        from carelog.ai.shared_answers import SharedAnswers

        keyring = SharedKeyring(database, lambda: subkey("ai answers"))
        return cls(
            Breakers(SharedStates(database, ai_breaker), clock, metrics.ai_breaker_changed),
            Rates(clock, RedisCounts(redis) if redis else DatabaseCounts(database)),
            Answers(keyring, clock, SharedAnswers(redis) if redis else None),
        )
