"""What child processes come to load, by the names of modules, for who loads it once for all of them."""

from typing import Final

_BY_ALL: Final = ("carelog.cli.supervised", "httpx", "uvloop")

LOADED_BY_WORKERS: Final = (
    *_BY_ALL,
    "carelog.cli.working",
    "carelog.links.extract",
    "carelog.links.summarize",
    "carelog.links.transcribe",
    *(
        f"carelog.extraction.{kind}"
        for kind in (
            "allergies",
            "appointments",
            "conditions",
            "exercise",
            "food",
            "labs",
            "medications",
            "mood",
            "sleep",
            "symptoms",
            "vitals",
            "water",
        )
    ),
)
"""The links of most chains, and what reads each kind of entry."""

LOADED_BY_SERVERS: Final = (*_BY_ALL, "carelog.cli.answering", "carelog.api")
