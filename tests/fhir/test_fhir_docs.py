"""The page on FHIR shows the mappings as they are."""

from pathlib import Path

from carelog.record.fhir.mapping import Mapping
from carelog.record.fhir.mappings import mappings
from carelog.record.registry import entry_types

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fhir.md"


def row(mapping: Mapping) -> str:
    home = [name for name in entry_types()[mapping.type].model.model_fields if name in mapping.home]
    read = "yes" if mapping.reads_others else ""
    return f"| `{mapping.type}` | {mapping.resource} | {', '.join(home) or 'none'} | {read} |"


def test_the_page_shows_every_mapping() -> None:
    shown = [line for line in PAGE.read_text().splitlines() if line.startswith("| `") and "/" not in line]
    assert shown == [row(mappings()[name]) for name in entry_types()]
