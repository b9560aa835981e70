"""Garbage: how often a long-lived process looks for circles of objects that nothing else holds."""

import gc


def patient() -> None:
    """Hardly look at all, as while modules and vocabularies are loaded: nearly all that is made then stays, and to look
    through it takes a tenth of that time."""
    gc.set_threshold(400_000, 20, 50)


def calm() -> None:
    """Look less often, and never at what was loaded at the start: it stays, and a batch of documents is no garbage.

    With Python's own thresholds, a worker spends about a third of its time on looking through the documents that it
    has in hand (`make bench` shows it). Objects outside of circles are freed at once all the same. The little that is
    garbage by now is kept with the rest: to find it would take a tenth of the time that a process needs to start.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
