"""The pipeline: from a conversation that comes in to what its chains made of it.

What a link is written with is here; the rest is used by the composition root.
"""

from carelog.pipeline.link import Link, LinkOptions, Work
from carelog.pipeline.outcome import (
    AddAnalysis,
    AddTags,
    Change,
    LinkError,
    LinkParked,
    LinkWaits,
    Outcome,
    PermanentLinkError,
    TranscriptNeeded,
)
from carelog.pipeline.run import Lane
from carelog.record.rereading.coverage import Coverage

__all__ = [
    "AddAnalysis",
    "AddTags",
    "Change",
    "Coverage",
    "Lane",
    "Link",
    "LinkError",
    "LinkOptions",
    "LinkParked",
    "LinkWaits",
    "Outcome",
    "PermanentLinkError",
    "TranscriptNeeded",
    "Work",
]
