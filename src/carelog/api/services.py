"""What the routers work with; the composition root hands it in."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from carelog.conserver.in_force import ConfigurationInForce
from carelog.conversations.listing import ConversationIds
from carelog.conversations.store import ConversationStore
from carelog.db import Database
from carelog.identity import Keyring
from carelog.kit.clock import Clock
from carelog.pipeline.copy_store import CopyStore
from carelog.pipeline.dead_letters import DeadLetters
from carelog.pipeline.deletion import Deletion
from carelog.pipeline.depths import ListDepths
from carelog.pipeline.egress import EgressLists
from carelog.pipeline.intake import Intake
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.runs import RunStore
from carelog.pipeline.submission import Receive
from carelog.record.store import RecordStore
from carelog.record.subjects import SubjectStore


@dataclass(frozen=True, slots=True)
class Services:
    clock: Clock
    databases: dict[str, Database]
    keyring: Keyring
    receive: Receive
    intake: Intake
    deletion: Deletion
    conversations: ConversationStore
    conversation_ids: ConversationIds
    reader: ConversationReader
    subjects: SubjectStore
    record: RecordStore
    runs: RunStore
    copies: CopyStore
    dead_letters: DeadLetters
    egress: EgressLists
    list_depths: ListDepths
    configuration: ConfigurationInForce[Any]
    metrics_public: bool = False


async def services(request: Request) -> Services:
    """Async, since FastAPI would run a plain function in a thread for each request."""
    found: Services = request.app.state.services
    return found


ServicesOf = Annotated[Services, Depends(services)]
