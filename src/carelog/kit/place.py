"""Where an error comes from."""

import traceback


def place_of(error: BaseException) -> str:
    """Where an error was raised, 'module.py:12', which says nothing of the data that it was raised on."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown"
