"""The documents describe what there is: every setting, link, entry type, error code and verb, and no dead links."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from carelog.ai.endpoint import EndpointDefinition, EndpointRole
from carelog.kit import errors
from carelog.pipeline.chains import ChainDefinition
from carelog.record import entry_types
from carelog.settings import DEFAULT_CHAINS, Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def subclasses(cls: type) -> set[type]:
    return {cls, *(c for direct in cls.__subclasses__() for c in subclasses(direct))}


def test_every_setting_is_described() -> None:
    text = page("configuration.md")
    for name in Settings.model_fields:
        assert f"`CARELOG_{name.upper()}`" in text or f"`CARELOG_{name.upper()}` (JSON)" in text, name
        assert f"`{name}`" in text, name
    for name in ChainDefinition.model_fields:
        assert f"| `{name}` |" in text, name


def test_every_key_of_an_endpoint_is_described() -> None:
    text = page("ai.md")
    for name in EndpointDefinition.model_fields:
        assert f"| `{name}` |" in text, name
    for role in EndpointRole:
        assert f"`{role}`" in text, role


def test_no_setting_is_described_that_there_is_not() -> None:
    named = {name.lower() for name in re.findall(r"`CARELOG_([A-Z_]+)`", page("configuration.md"))}
    assert named - {"config"} == set(Settings.model_fields)


def test_the_default_chain_is_the_one_that_is_shown() -> None:
    import yaml

    shown = re.findall(r"```yaml\n(.*?)```", page("configuration.md"), re.S)
    assert yaml.safe_load(shown[0])["chains"] == DEFAULT_CHAINS
    for definition in yaml.safe_load(shown[1])["chains"].values():
        ChainDefinition.model_validate(definition)


def test_every_link_is_described_with_its_options() -> None:
    text = page("links.md")
    for point in entry_points(group="carelog.links"):
        if not point.module.startswith("carelog.links."):
            continue
        [row] = [line for line in text.splitlines() if line.startswith(f"| `{point.name}` |")]
        for option in point.load().options_model.model_fields:
            assert f"`{option}`" in row, (point.name, option)


def test_every_entry_type_is_described() -> None:
    text = page("entry-types.md")
    for name, kind in entry_types().items():
        [row] = [line for line in text.splitlines() if line.startswith(f"| `{name}` |")]
        assert row.rstrip("| ").endswith(kind.fhir)


def test_every_error_code_is_described() -> None:
    import carelog.conversations
    import carelog.pipeline.outcome  # noqa: F401

    text = page("errors.md")
    codes = {c.code for c in subclasses(errors.CarelogError)} | {"link.crashed", "lease.expired"}
    for module in (ROOT / "src/carelog/api").glob("*.py"):
        codes |= set(re.findall(r'^\s+"([a-z_]+)",\s+f?"', module.read_text(), re.M))
        codes |= set(re.findall(r'\b[1-5]\d\d, "([a-z_]+)", f?"', module.read_text()))
        codes |= set(re.findall(r'\d\d\d: \("([a-z_]+)", "', module.read_text()))
    assert {"internal", "unavailable", "body_too_large", "method_not_allowed"} <= codes
    metric_names = {code for code in codes if code.startswith("carelog_")}
    for code in codes - metric_names:
        assert f"`{code}`" in text, code


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_the_readme_types_what_the_makefile_has() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for verb in re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(), re.M):
        assert re.search(rf"^{verb}:", makefile, re.M), verb
