"""A reception over real databases of both kinds."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from people import People, Postbox

from carelog.app import Carelog
from carelog.identity.audit.sign_ins import SignInsAudited
from carelog.identity.passwords import Cost
from carelog.identity.reception import Reception, ReceptionOptions
from carelog.identity.registration import Mode
from carelog.kit.clock import ManualClock
from carelog.record.linking import Linking


@pytest.fixture
def auth_url(dialect: str, new_database: Callable[[str], Callable[[str], str]]) -> str:
    """Of a new auth database."""
    return new_database(dialect)("auth")


@pytest.fixture
async def carelog(opened: Callable[..., AbstractAsyncContextManager[Carelog]], auth_url: str) -> AsyncIterator[Carelog]:
    """A Carelog with both its databases in the dialect."""
    async with opened(auth_database_url=auth_url, secret_key="made up for these tests, and long") as whole:
        yield whole


@pytest.fixture
def received(carelog: Carelog, clock: ManualClock, cheap_passwords: Cost) -> Callable[[Mode], People]:
    """Users who come to a reception that makes accounts in this mode."""

    def in_mode(mode: Mode) -> People:
        events = SignInsAudited(carelog.audit)
        linking, postbox = Linking(carelog.auth, carelog.health, clock, events), Postbox()
        reception = Reception.open(
            carelog.auth,
            clock,
            carelog.secrets,
            carelog.kept_keys,
            events=events,
            records=linking,
            notices=postbox,
            options=ReceptionOptions(password_cost=cheap_passwords, registration=mode),
        )
        return People(carelog, reception, linking, postbox, clock)

    return in_mode


@pytest.fixture
def people(received: Callable[[Mode], People]) -> People:
    """Whoever registers is in at once, with an address that is not verified."""
    return received("unconfirmed")
