"""Conversations: received, kept, read again, and copied to storages."""

from carelog.app.ground import Ground
from carelog.conversations.listing import ConversationIds
from carelog.conversations.receiving import receive
from carelog.conversations.store import ConversationStore
from carelog.db.pumps import PumpOptions
from carelog.pipeline.copier import Copier
from carelog.pipeline.copy_store import CopyStore
from carelog.pipeline.owners import Owners
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.submission import Receive


class Conversations:
    def __init__(self, ground: Ground) -> None:
        settings, health, clock, storages = ground.settings, ground.health, ground.clock, ground.storages
        copying = PumpOptions(
            settings.storage_batch, max_tries=settings.storage_max_tries, lease=ground.lease, poll=ground.poll
        )

        self.receive: Receive = lambda data: receive(
            data, ground.vcon_keys, clock.now(), max_bytes=settings.max_body_bytes
        )
        self.store = ConversationStore(health)
        self.ids = ConversationIds(health)
        self.owners = Owners(health)
        self.reader = ConversationReader(health, self.store, storages)
        self.copies = CopyStore(health)
        self.copier = Copier(health, storages, self.reader, clock, copying, ground.tracer)
