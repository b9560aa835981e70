"""Made-up conversations, one vCon a file (draft-ietf-vcon-vcon-core-03), for a first look at Carelog.

They are loaded through the real intake. `docs/samples.md` says what each is for.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable


def sample_files() -> list[Traversable]:
    """The samples in the order of their names, which is the order to load them in.

    >>> sample_files()[0].name
    '01-call-morning-check.vcon.json'
    """
    found = (file for file in files(__name__).iterdir() if file.name.endswith(".vcon.json"))
    return sorted(found, key=lambda file: file.name)
