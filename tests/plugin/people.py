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
        found = [match[0] for one in self.notices if (match := re.search(r"\b\d{6}\b", one.text))]
        return found[-1]


@dataclass
class People:
    """A reception, and who comes to it."""

    carelog: Carelog
    reception: Reception
    linking: Linking
    postbox: Postbox
    clock: ManualClock

    async def register(self, email: str, *, password: str = PASSWORD, **said: str) -> SignedIn:
        """Of a reception that asks for no code."""
        done = await self.reception.registration.begin(HOME, email=email, password=password, name="Asha Rao", **said)
        assert isinstance(done, SignedIn)
        return done

    async def principal(self, done: SignedIn) -> Principal:
        return await self.reception.tokens.authenticate(done.access_token)

    async def login(self, email: str, caller: Caller = HOME, password: str = PASSWORD) -> SignedIn:
        done = await self.reception.sign_in.login(caller, email=email, password=password)
        assert isinstance(done, SignedIn)
        return done
