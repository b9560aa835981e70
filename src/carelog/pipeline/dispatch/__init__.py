"""How workers come by their work: by looking into the ledger, woken by whoever queued it, or over Redis Streams."""

from carelog.pipeline.dispatch.backlog import Heard
from carelog.pipeline.dispatch.base import Dispatch
from carelog.pipeline.dispatch.choose import make_dispatch
from carelog.pipeline.dispatch.streams import StreamOptions

__all__ = ["Dispatch", "Heard", "StreamOptions", "make_dispatch"]
