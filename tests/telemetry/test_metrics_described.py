"""docs/metrics.md describes every metric that there is, with its labels, and no other."""

import re
from datetime import UTC, datetime
from pathlib import Path

from carelog.api.metrics import families_of
from carelog.kit.breaker import BreakerState
from carelog.pipeline.gauges import (
    ChannelGauge,
    DeadGauge,
    EndpointGauge,
    Gauges,
    LaneGauge,
    ReceiverGauge,
    StorageGauge,
    WaitingGauge,
)
from carelog.pipeline.run import Lane
from carelog.telemetry.metrics import INSTRUMENTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"


def described() -> dict[str, set[str]]:
    rows = re.findall(r"^\| `(carelog_\w+)` \| (.*?) \|", PAGE.read_text(), re.M)
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


def test_every_count_is_described() -> None:
    there_are = {}
    for instrument in INSTRUMENTS.collect():
        name = f"{instrument.name}_total" if instrument.type == "counter" else instrument.name
        there_are[name] = set(vars(INSTRUMENTS._names_to_collectors[instrument.name])["_labelnames"])
    assert there_are == {name: labels for name, labels in described().items() if name in there_are}


def test_every_gauge_is_described_and_nothing_else() -> None:
    found = Gauges(
        at=datetime(2026, 1, 5, tzinfo=UTC),
        lanes=(LaneGauge(Lane.URGENT),),
        dead=(DeadGauge("record", None, 1),),
        storages=(StorageGauge("archive"),),
        channels=(ChannelGauge("email"),),
        endpoints=(EndpointGauge("near", BreakerState.CLOSED),),
        receivers=(ReceiverGauge("hooks.example.org#1f2e3d4c", BreakerState.CLOSED),),
        waiting=(WaitingGauge("record", 1, 60),),
    )
    there_are = {family.name: set(family.samples[0].labels) for family in families_of(found)}
    counts = {f"{i.name}_total" if i.type == "counter" else i.name for i in INSTRUMENTS.collect()}
    assert {name: labels for name, labels in described().items() if name not in counts} == there_are
