"""Runs: what takes conversations in, works on them by their chains, and drives again what has failed."""

from carelog.app.conversations import Conversations
from carelog.app.ground import Ground
from carelog.delivery.alerting import Alerting
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.dead_letters import DeadLetters
from carelog.pipeline.deletion import Deletion
from carelog.pipeline.depths import ListDepths
from carelog.pipeline.egress import EgressLists
from carelog.pipeline.executor import Executor
from carelog.pipeline.intake import Intake
from carelog.pipeline.pressure import DepthLimits
from carelog.pipeline.reprocessing import Reprocessing
from carelog.pipeline.runs import RunStore
from carelog.pipeline.transcripts import Transcripts
from carelog.pipeline.worker import Worker, WorkerOptions


class Runs:
    def __init__(self, ground: Ground, chains: ChainBook, conversations: Conversations, alerting: Alerting) -> None:
        settings, health, clock, dispatch = ground.settings, ground.health, ground.clock, ground.dispatch
        reader, copier, tracer = conversations.reader, conversations.copier, ground.tracer
        depths = DepthLimits(bulk=settings.bulk_limit, routine=settings.routine_limit)
        working = WorkerOptions(
            batch=settings.worker_batch,
            concurrency=settings.worker_concurrency,
            lease=ground.lease,
            poll=ground.poll,
        )

        self.store = RunStore(health)
        self.intake = Intake(
            health, chains, clock, dispatch, depths, any_list=settings.allow_unknown_lists, tracer=tracer
        )
        self.transcripts = Transcripts(health, chains, reader, clock, dispatch)
        self.reprocessing = Reprocessing(health, chains, clock, dispatch, depths)
        self.deletion = Deletion(health, chains, clock, dispatch, ground.storages, copier)
        self.dead_letters = DeadLetters(health, clock, dispatch, copier)
        self.egress = EgressLists(health, chains)
        self.list_depths = ListDepths(health, chains)
        executor = Executor(health, chains, reader, clock, dispatch, copier, tracer, alerting)
        self.worker = Worker(health, chains, executor, clock, dispatch, working)
