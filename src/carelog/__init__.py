"""Carelog: health conversations in, a personal health record out, every entry with its quote."""

from importlib.metadata import version

__version__ = version("carelog")
