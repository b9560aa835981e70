"""The command line: the door that is used from a terminal, a script or a unit file."""

from carelog.cli.main import main

__all__ = ["main"]
