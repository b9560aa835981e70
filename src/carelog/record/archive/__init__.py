"""Archives: everything of a subject in one file, and back."""

from carelog.record.archive.archives import Archives, Brought
from carelog.record.archive.container import ArchiveRefused
from carelog.record.archive.part import Part

__all__ = ["ArchiveRefused", "Archives", "Brought", "Part"]
