"""`carelog dead-letters`: runs and copies alike, all or those that the options name."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from carelog_test_links import Behaviour
from carelog_test_storages import Shelf, shelves

from carelog.pipeline import Outcome, PermanentLinkError, Work
from carelog.storages import StorageRefused

Command = Callable[..., Any]

CONFIGURATION = """
storages: {archive: {type: shelf, shelf: one}}
chains:
  keep: {channels: [calls], links: [{tag: {tags: [seen]}}], storages: [archive]}
  call: {channels: [calls], links: [{tag: {tags: [seen]}}, {scripted: {does: refuse}}]}
"""


@pytest.fixture
def shelf(tmp_path: Path, scripted: Callable[[str, Behaviour], None]) -> Iterator[Shelf]:
    """A storage that refuses what one chain sends there, beside a chain whose link refuses."""

    def refuse(_work: Work) -> Outcome:
        raise PermanentLinkError("not this one")

    scripted("refuse", refuse)
    (tmp_path / "carelog.yaml").write_text(CONFIGURATION)
    for number in range(2):
        (tmp_path / f"{number}.txt").write_text(f"Patient: I have had a headache for {number + 2} days.")
    shelves["one"].fails = lambda _: StorageRefused("[too] large")
    yield shelves["one"]
    shelves.clear()


def ids(command: Command, *options: str) -> set[str]:
    return {letter["id"] for letter in json.loads(command("dead-letters", "list", "--json", *options).out)}


def test_runs_and_copies_are_listed_and_narrowed(carelog_command: Command, shelf: Shelf) -> None:
    assert carelog_command("ingest", "0.txt", "1.txt").code == 1
    lines = carelog_command("dead-letters", "list").out.splitlines()
    assert lines[0].split() == ["dead", "letter", "chain", "failed", "at", "tries", "since", "(UTC)", "error"]
    assert sorted(line.split()[1:4] for line in lines[1:]) == [
        ["call", "link", "scripted"],
        ["call", "link", "scripted"],
        ["keep", "storage", "archive"],
        ["keep", "storage", "archive"],
    ]
    assert sum(line.endswith("[too] large") for line in lines) == 2
    every, runs, copies = (
        ids(carelog_command),
        ids(carelog_command, "--link", "scripted"),
        ids(carelog_command, "--storage", "archive"),
    )
    assert (len(every), len(runs), len(copies)) == (4, 2, 2)
    assert runs | copies == every
    assert ids(carelog_command, "--error", "storage.refused") == ids(carelog_command, "--chain", "keep") == copies
    assert ids(carelog_command, "--error", "storage.refused", "--chain", "call") == set()
    [some, *_] = copies
    assert json.loads(carelog_command("dead-letters", "show", some).out)["storage"] == "archive"
    assert "WRONG  dead letters       4" in carelog_command("doctor").out


def test_what_is_named_is_driven_again_or_discarded_and_nothing_else(carelog_command: Command, shelf: Shelf) -> None:
    carelog_command("ingest", "0.txt", "1.txt")
    shelf.fails = lambda _: None
    assert carelog_command("dead-letters", "drive", "--all", "--storage", "archive").out == "2 queued again\n"
    carelog_command("ingest", "0.txt")  # which brings what is queued to its end
    assert len(shelf.kept) == 2
    [run, other] = ids(carelog_command)
    assert carelog_command("dead-letters", "discard", run).out == "1 discarded\n"
    assert carelog_command("dead-letters", "drive", run).code == 1
    assert carelog_command("dead-letters", "discard", "--all", "--chain", "keep").out == "0 discarded\n"
    assert ids(carelog_command) == {other}


@pytest.mark.parametrize("options", [[], ["--chain", "keep"], ["{id}", "--all"], ["{id}", "--chain", "keep"]])
def test_all_is_never_meant_by_mistake(carelog_command: Command, shelf: Shelf, options: list[str]) -> None:
    carelog_command("ingest", "0.txt")
    [some, *_] = ids(carelog_command)
    for decision in ("drive", "discard"):
        assert carelog_command("dead-letters", decision, *(option.format(id=some) for option in options)).code == 2
    assert len(ids(carelog_command)) == 2


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--chain", "cal"), "there is no chain named 'cal'\n  chains: keep, call\n"),
        (("--storage", "archiv"), "there is no storage named 'archiv'\n  storages: archive\n"),
        (("--link", "scriptd"), "there is no link named 'scriptd'\n  links: "),
    ],
)
def test_a_name_that_is_misspelt_is_refused(
    carelog_command: Command, shelf: Shelf, option: tuple[str, str], told: str
) -> None:
    carelog_command("ingest", "0.txt")
    for command in (("drive", "--all"), ("discard", "--all"), ("list",)):
        ran = carelog_command("dead-letters", *command, *option)
        assert (ran.code, ran.out) == (2, "")
        assert told in ran.err


def test_what_is_configured_no_more_may_still_be_driven(carelog_command: Command, shelf: Shelf, tmp_path: Path) -> None:
    carelog_command("ingest", "0.txt")
    (tmp_path / "carelog.yaml").write_text("chains: {other: {channels: [calls], links: []}}")
    assert carelog_command("dead-letters", "discard", "--all", "--chain", "call").out == "1 discarded\n"
    assert carelog_command("dead-letters", "discard", "--all", "--storage", "archive").out == "1 discarded\n"
    assert carelog_command("dead-letters", "drive", "--all", "--link", "webhook").out == "0 queued again\n"
