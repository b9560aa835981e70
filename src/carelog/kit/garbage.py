"""Garbage collection: how often a process looks for reference cycles."""

import gc


def patient() -> None:
    """Hardly collect at all while modules and vocabularies are loaded: nearly everything made then stays, and looking
    through it takes a tenth of that time."""
    gc.set_threshold(400_000, 20, 50)


def calm() -> None:
    """Collect less often, and never look at what was loaded at the start, which stays anyway.

    With Python's own thresholds, a worker spends about a third of its time looking through the documents that it has in
    hand (`make bench` shows it). Objects outside of cycles are freed at once all the same. Garbage that exists already
    is kept: to find it would take a tenth of the time that a process needs to start.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
