"""Logs: one line an event, with ids and places only. Plain on a terminal, JSON elsewhere."""

import logging
import sys
from datetime import UTC, datetime
from typing import Final

from carelog.kit import jsontext

# The attributes of every log record; all others were given as `extra`.
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "color_message",
    "taskName",
}


class Lines(logging.Formatter):
    """Formats a record as a line to read, or as JSON."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        given = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        extra = {key: str(value) for key, value in given.items() if value is not None}
        if record.exc_info and record.exc_info[0]:
            extra["exception"] = record.exc_info[0].__name__  # the message might quote what was said
        if self._as_json:
            return jsontext.dump(
                {
                    "at": at,
                    "level": record.levelname,
                    "room": record.name,
                    "message": record.getMessage(),
                    **extra,
                }
            )
        told = " ".join(f"{key}={value}" for key, value in extra.items())
        return f"{at} {record.levelname:<7} {record.getMessage()} {told}".rstrip()


def configure_logs(level: str) -> None:
    """Everything goes to standard error; what libraries say below a warning is left out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json=not sys.stderr.isatty()))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("carelog").setLevel(level)
