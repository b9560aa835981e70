"""Counts of several processes: added up, kept when one is killed, taken over by the next, begun anew with the last."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scraped import Scraped

from carelog.kit.errors import ConfigurationError
from carelog.telemetry.processes import share_counts

# Counts what it is told to, or shows the page; a fork counts in a child of its own.
PROGRAM = """
import json, os, sys
from pathlib import Path
from carelog.telemetry import metrics
from carelog.telemetry.processes import share_counts
share_counts(Path(sys.argv[1]))

def count(conversations):
    metrics.ingested("calls", "accepted", conversations)
    metrics.link_ran("tag", 0.5, conversations)

print("ready", flush=True)
for line in sys.stdin:
    what, _, number = line.strip().partition(" ")
    if what == "page":
        print(json.dumps(metrics.page().decode()), flush=True)
        continue
    if what == "fork" and (child := os.fork()) == 0:
        count(int(number))
        os._exit(0)
    if what == "fork":
        os.waitpid(child, 0)
    count(int(number))
    print("counted", flush=True)
"""


class Counting:
    """A process that counts."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._answer() == "ready"

    def count(self, conversations: int) -> None:
        assert self._ask(f"count {conversations}") == "counted"

    def count_in_a_fork_too(self, conversations: int) -> None:
        assert self._ask(f"fork {conversations}") == "counted"

    def page(self) -> Scraped:
        return Scraped(json.loads(self._ask("page")))

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def end(self) -> None:
        self.process.communicate()

    def _ask(self, line: str) -> str:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Counting]]:
    """Starts processes that count in one folder."""
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    started: list[Counting] = []

    def start_one() -> Counting:
        started.append(Counting(tmp_path / "metrics"))
        return started[-1]

    yield start_one
    for one in started:
        if one.process.returncode is None:
            one.kill()


def total(page: Scraped) -> float:
    assert page.value("carelog_link_conversations_total", link="tag") == page.value(
        "carelog_conversations_ingested_total"
    )
    return page.value("carelog_conversations_ingested_total", channel="calls", verdict="accepted")


def test_any_of_them_shows_what_all_have_counted(start: Callable[[], Counting]) -> None:
    one, other = start(), start()
    one.count(2)
    other.count(40)
    assert total(one.page()) == total(other.page()) == 42
    assert one.page().value("carelog_link_seconds_count", link="tag") == 2
    assert one.page().value("carelog_link_seconds_bucket", link="tag", le="0.5") == 2
    assert one.page().value("carelog_link_seconds_sum", link="tag") == 1


def test_a_kill_takes_nothing_out_of_the_totals(start: Callable[[], Counting], tmp_path: Path) -> None:
    stays = start()
    stays.count(1)
    for round_ in range(1, 4):
        worker = start()
        worker.count(10)
        worker.kill()
        assert total(stays.page()) == 1 + 10 * round_
    # Each took over the files of the one before, so that restarts do not pile any up.
    assert len(list((tmp_path / "metrics").glob("*.db"))) == 4


def test_the_first_process_after_all_have_ended_begins_at_zero(start: Callable[[], Counting]) -> None:
    one, other = start(), start()
    one.count(5)
    other.count(5)
    one.kill()
    other.end()
    again = start()
    assert total(again.page()) == 0
    again.count(3)
    assert total(again.page()) == 3


def test_a_fork_counts_for_itself(start: Callable[[], Counting]) -> None:
    one = start()
    one.count(1)
    one.count_in_a_fork_too(10)
    one.count(1)
    assert total(one.page()) == 22


def test_the_folder_may_be_named_by_the_variable(
    start: Callable[[], Counting], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "elsewhere"))
    start().count(1)
    assert list((tmp_path / "elsewhere").glob("counter_*.db"))
    assert not (tmp_path / "metrics").exists()


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    (tmp_path / "metrics").write_text("a file")
    with pytest.raises(ConfigurationError, match="metrics cannot be kept in"):
        share_counts(tmp_path / "metrics")
