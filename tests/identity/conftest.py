"""A reception over real databases of both kinds."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from people import People, Postbox

from carelog.app import Carelog
from carelog.identity.audit.sign_ins import SignInsAudited
from carelog.identity.reception import Reception
from carelog.kit.clock import ManualClock
from carelog.record.linking import Linking


@pytest.fixture
async def carelog(
    opened: Callable[..., AbstractAsyncContextManager[Carelog]], dialect: str, fresh_url: Callable[[str], str]
) -> AsyncIterator[Carelog]:
    """A Carelog with both its databases in the dialect."""
    async with opened(auth_database_url=fresh_url(dialect), secret_key="made up for these tests, and long") as whole:
        yield whole


@pytest.fixture
def people(carelog: Carelog, clock: ManualClock) -> People:
    events = SignInsAudited(carelog.audit)
    linking, postbox = Linking(carelog.auth, carelog.health, clock, events), Postbox()
    reception = Reception.open(
        carelog.auth,
        clock,
        carelog.secrets,
        events=events,
        records=linking,
        notices=postbox,
    )
    return People(carelog, reception, linking, postbox, clock)
