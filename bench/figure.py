"""What `make bench` prints and saves."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`bare` is a plain loop over the same database that does the same writes, in the same run; `ratio` is `value`
    to it."""

    name: str
    unit: str
    value: float
    bare: float | None = None

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.bare, 3) if self.bare else None

    def row(self) -> dict[str, Any]:
        return {"name": self.name, "unit": self.unit, "value": self.value, "bare": self.bare, "ratio": self.ratio}

    def line(self) -> str:
        bare, ratio = (_shown(self.bare), f"{self.ratio:7.2f}") if self.bare else (" " * 9, " " * 7)
        return f"{self.name:<22} {_shown(self.value)} {bare} {ratio}  {self.unit}"


def _shown(value: float) -> str:
    return f"{value:9.{0 if value >= 100 else 2}f}"


HEADING = f"{'':<22} {'value':>9} {'bare':>9} {'ratio':>7}  unit"


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
