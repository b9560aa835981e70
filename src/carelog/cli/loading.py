"""What child processes need, loaded once by the process that is copied for them."""

import logging
from importlib import import_module

from carelog.kit.place import place_of

log = logging.getLogger(__name__)


def load_for_workers() -> None:
    """The links of most chains, and the extractor, which builds its tables when it first reads a conversation: a
    quarter of a second, and fifteen megabytes."""
    _load("carelog.cli.working", "carelog.links.extract", "carelog.links.summarize", "carelog.links.transcribe")

    from carelog.conversations import Conversation
    from carelog.extraction.local import extract
    from carelog.samples import sample_files

    try:
        extract(Conversation.parse(sample_files()[0].read_bytes()))
    except Exception as error:  # noqa: BLE001  workers start all the same: each conversation that fails tells its own error
        log.warning("a sample could not be read", extra={"error": type(error).__name__, "place": place_of(error)})


def load_for_servers() -> None:
    """The API, and its routes."""
    _load("carelog.cli.server", "carelog.api")

    from carelog.api.application import routes

    routes()


def _load(*modules: str) -> None:
    for module in ("carelog.cli.supervised", "httpx", "uvloop", *modules):
        import_module(module)
