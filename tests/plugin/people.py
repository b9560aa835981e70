"""Users who come to the reception of a whole Carelog, and the box that their codes come to."""

import re
from dataclasses import dataclass, field

from carelog.app import Carelog
from carelog.identity.caller import Caller
from carelog.identity.notices import By, Notice
from carelog.identity.principal import Principal
from carelog.identity.reception import Reception
from carelog.identity.sign_in import SignedIn
from carelog.kit.clock import ManualClock
from carelog.record.linking import Linking

PASSWORD = "a bicycle for the moon"
HOME = Caller("198.51.100.7", "phone")


@dataclass
class Postbox:
    """Delivers to itself."""

    notices: list[Notice] = field(default_factory=list)
    feigned: int = 0

    def delivers(self, by: By) -> bool:
        return True

    async def send(self, notice: Notice) -> None:
        self.notices.append(notice)

    async def feign(self, notice: Notice) -> None:
        self.feigned += 1

    def code(self) -> str:
        """The code that came last."""
        match = re.search(r"\b\d{6}\b", self.notices[-1].text)
        assert match
        return match[0]


@dataclass
class People:
    """A reception, and who comes to it."""

    carelog: Carelog
    reception: Reception
    linking: Linking
    postbox: Postbox
    clock: ManualClock

    async def register(self, email: str, **said: str) -> SignedIn:
        return await self.reception.sign_in.register(HOME, email=email, password=PASSWORD, name="Asha Rao", **said)

    async def principal(self, done: SignedIn) -> Principal:
        return await self.reception.tokens.authenticate(done.access_token)

    async def login(self, email: str, caller: Caller = HOME, password: str = PASSWORD) -> SignedIn:
        done = await self.reception.sign_in.login(caller, email=email, password=password)
        assert isinstance(done, SignedIn)
        return done
