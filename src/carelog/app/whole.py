"""Everything that a running Carelog has, and what it does with it: work, stop, answer."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from carelog.conserver.followers import Followers
from carelog.delivery.postman import Postman
from carelog.identity import Principal
from carelog.identity.kept_keys import KeptKeys
from carelog.identity.secret_key import SecretKey
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.copier import Copier
from carelog.pipeline.maintenance import Maintenance
from carelog.pipeline.storages_in_force import StoragesInForce
from carelog.pipeline.worker import Worker
from carelog.record.locusgraph import Forwarder
from carelog.reminders import Reminders
from carelog.services import Services
from carelog.settings import Settings
from carelog.telemetry.tracing import Tracer

if TYPE_CHECKING:
    from fastapi import FastAPI


class Working(Protocol):
    """Does its part of the work until it is told to stop."""

    async def run(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Carelog(Services):
    """Everything that a running Carelog has: what it offers, and what works."""

    settings: Settings
    secrets: SecretKey
    kept_keys: KeptKeys
    operator: Principal
    chains: ChainBook
    storages: StoragesInForce
    worker: Worker
    copier: Copier
    postman: Postman
    reminders: Reminders
    maintenance: Maintenance
    followers: Followers
    forwarder: Forwarder | None
    tracer: Tracer | None

    async def work(self) -> None:
        """Work on runs, copy to storages, send reminders and messages, maintain the tables, follow other servers and
        write exports, until `stop`. None of these ends by itself; if one did, all would stop."""
        async with asyncio.TaskGroup() as working:
            for part in self._working:
                working.create_task(part.run()).add_done_callback(lambda _: self.stop())

    def stop(self) -> None:
        """End `work`, once what is in hand is done."""
        for part in self._working:
            part.stop()

    @property
    def _working(self) -> tuple[Working, ...]:
        always: tuple[Working, ...] = (
            self.worker,
            self.copier,
            self.reminders,
            self.postman,
            self.maintenance,
            self.followers,
            self.fhir.exports,
        )
        return (*always, self.forwarder) if self.forwarder else always

    def api(self) -> "FastAPI":
        """The REST API. Imported here, since commands that do not serve need not wait for it."""
        from carelog.api import ConserverOptions, create_app

        access = ConserverOptions(
            header=self.settings.conserver_header_name,
            tokens=self.settings.conserver_tokens(),
            admin=self.settings.conserver_token_is_admin,
            any_list=self.settings.allow_unknown_lists,
        )
        return create_app(
            self,
            max_body_bytes=self.settings.max_body_bytes,
            max_archive_bytes=self.settings.max_archive_bytes,
            tracer=self.tracer,
            conserver=access,
            cors_origins=self.settings.cors_origins,
            trusted_proxies=self.settings.trusted_proxies,
            public_url=self.settings.public_url,
        )
