"""How recently a user must have signed in for what a stolen session must not be enough for: letting others see a
record, erasing it, changing the accounts of others."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from carelog.identity.principal import Principal
from carelog.identity.refusals import SignInAgain


@dataclass(frozen=True, slots=True)
class Freshness:
    """Asked of users only: API keys and the operator do not sign in."""

    within: timedelta = timedelta(minutes=10)

    def require(self, principal: Principal, now: datetime) -> None:
        """Raises SignInAgain for a user who has not signed in within that time."""
        if principal.user_id is None:
            return
        if principal.signed_in_at is None or principal.signed_in_at <= now - self.within:
            minutes = self.within.total_seconds() / 60
            raise SignInAgain(f"this is for who has signed in within the last {minutes:g} minutes: sign in again")
