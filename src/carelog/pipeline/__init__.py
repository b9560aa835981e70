"""The pipeline: from a conversation that comes in to what its chains made of it.

What a link is written with is here; the rest is used by the composition root.
"""

from carelog.pipeline.link import Link, LinkOptions, Work
from carelog.pipeline.outcome import AddAnalysis, AddTags, Change, LinkError, LinkParked, Outcome, PermanentLinkError

__all__ = [
    "AddAnalysis",
    "AddTags",
    "Change",
    "Link",
    "LinkError",
    "LinkOptions",
    "LinkParked",
    "Outcome",
    "PermanentLinkError",
    "Work",
]
