"""A bulk export, as who asked for it sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from carelog.kit.errors import ComeAgain

State = Literal["queued", "running", "finished", "failed"]


class TooManyExports(ComeAgain):
    """Whoever asks has as many exports as are kept for one."""

    code = "export.too_many"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export: of which kinds, all where None; of whom, everyone that the principal may see where None; changed
    since when."""

    kinds: tuple[str, ...] | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExportFile:
    name: str
    kind: str
    resources: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Export:
    id: UUID
    request: str
    state: State
    asked_at: datetime
    expires_at: datetime | None
    files: tuple[ExportFile, ...]

    @property
    def resources(self) -> int:
        return sum(file.resources for file in self.files)
