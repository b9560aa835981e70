"""`carelog ingest`: hand conversations in from files."""

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar
from uuid import UUID

import typer

from carelog.cli.files import Paths, conversation_files, read_submission, reason
from carelog.cli.parameters import Channel

if TYPE_CHECKING:
    from rich.progress import Progress

    from carelog.app import Carelog
    from carelog.pipeline.submission import Submission

T = TypeVar("T")

_AT_ONCE: Final = 50
_VERDICTS: Final = ("accepted", "duplicate", "refused")
_STATES: Final = {
    "finished": "finished",
    "queued": "waiting for another try (`carelog up` makes it)",
    "waiting": "waiting for a transcript (`carelog transcribe` hands one in)",
    "running": "in the hands of another worker",
    "dead": "dead letters (`carelog dead-letters list` shows why)",
}


@dataclass(frozen=True, slots=True)
class FileReceipt:
    """What became of one file."""

    file: str
    verdict: str
    conversation: UUID | None = None
    subject: UUID | None = None
    reason: str | None = None
    unread: str | None = None
    """The channel, where no chain takes it: the conversation is stored, and nothing else comes of it."""


@dataclass(slots=True)
class Tally:
    """What was done so far; also told when the command is interrupted."""

    files: int
    told: list[FileReceipt] = field(default_factory=list)
    runs: list[UUID] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    """The same of runs that had waited before, or that links have routed to."""
    example: str | None = None

    @property
    def failed(self) -> bool:
        return self.states["dead"] + self.others["dead"] > 0 or any(one.verdict == "refused" for one in self.told)


def ingest(
    paths: Paths,
    channel: Channel = None,
    subject: Annotated[
        str | None,
        typer.Option(
            metavar="SUBJECT", help="Whose record they belong to: an id, a phone number, an e-mail address or a name."
        ),
    ] = None,
    wait: Annotated[
        bool,
        typer.Option("--wait/--no-wait", help="Run the chains to their end; or leave that to `carelog up`."),
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    """Take conversations in and write what was said into records.

    A file that was taken in before changes nothing. Ends with 1 when a file was refused or a run failed for good.
    """
    from carelog.cli.run_async import with_carelog

    files = conversation_files(paths)
    tally = Tally(files=len(files))
    try:
        with_carelog(lambda carelog: _ingest(carelog, files, channel, subject, tally, wait=wait, quiet=json))
    except KeyboardInterrupt:
        _print(tally, as_json=json)
        typer.echo("Interrupted. What is accepted is safe; the same command, or `carelog up`, goes on.", err=True)
        raise
    _print(tally, as_json=json)
    raise typer.Exit(1 if tally.failed else 0)


async def _ingest(
    carelog: "Carelog",
    files: Sequence[Path],
    channel: str | None,
    subject: str | None,
    tally: Tally,
    *,
    wait: bool,
    quiet: bool,
) -> None:
    from carelog.cli.record import find_subject

    owner = (await find_subject(carelog, subject)).id if subject else None
    with _progress(quiet) as progress:
        reading = progress.add_task("taking in", total=len(files))
        for group in _groups(files):
            await _accept(carelog, group, channel, owner, tally)
            progress.advance(reading, len(group))
        if wait:
            dead, done = await _dead(carelog), carelog.worker.done
            working = progress.add_task("running the chains", total=len(tally.runs))
            while done := await carelog.worker.step():
                progress.advance(working, done)
            await carelog.copier.drain()
    if wait:
        tally.states = await _states(carelog, tally.runs)
        tally.others["finished"] = carelog.worker.done - done - tally.states["finished"]
        tally.others["dead"] = await _dead(carelog) - dead - tally.states["dead"]
    tally.example = await _example(carelog, tally.told)


async def _accept(
    carelog: "Carelog", files: Sequence[Path], channel: str | None, owner: UUID | None, tally: Tally
) -> None:
    from carelog.kit.errors import CarelogError

    submissions: list[tuple[Path, Submission]] = []
    told: dict[Path, FileReceipt] = {}
    for file in files:
        try:
            most = carelog.settings.max_body_bytes
            submissions.append(
                (file, read_submission(file, most=most, channel=channel, subject_id=owner, receive=carelog.receive))
            )
        except (CarelogError, OSError) as error:
            told[file] = FileReceipt(str(file), "refused", reason=reason(error))
    receipts = await carelog.intake.accept(carelog.operator, [submission for _, submission in submissions])
    for (file, submission), receipt in zip(submissions, receipts, strict=True):
        why = reason(receipt.error) if receipt.error else None
        told[file] = FileReceipt(
            str(file),
            str(receipt.verdict),
            receipt.conversation_id,
            receipt.subject_id,
            why,
            submission.channel if receipt.unread else None,
        )
        tally.runs += receipt.runs
    tally.told += [told[file] for file in files]


async def _states(carelog: "Carelog", runs: Sequence[UUID]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for group in _groups(runs):
        for run in await carelog.runs.several(carelog.operator, group):
            counts[str(run.state)] += 1
    return counts


async def _dead(carelog: "Carelog") -> int:
    """How many runs are dead letters."""
    from sqlalchemy import func, literal_column, select

    from carelog.pipeline.tables import run

    async with carelog.health.read() as connection:
        # A planner uses the partial index only for a condition that stands in the statement itself.
        counting = select(func.count()).select_from(run).where(run.c.state == literal_column("'dead'"))
        return (await connection.execute(counting)).scalar_one()


async def _example(carelog: "Carelog", told: Sequence[FileReceipt]) -> str | None:
    """The subject of most of these conversations, as an argument for `carelog record`: the name, where nobody shares
    it."""
    from carelog.kit.errors import CarelogError

    owners = Counter(one.subject for one in told if one.subject)
    if not owners:
        return None
    [(id_, _)] = owners.most_common(1)
    subject = await carelog.subjects.get(carelog.operator, id_)
    try:
        named = await carelog.subjects.find(carelog.operator, subject.name or "")
    except CarelogError:
        return str(id_)
    return shlex.quote(subject.name) if subject.name and named.id == id_ else str(id_)


def _groups(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _progress(quiet: bool) -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from carelog.cli.output import console

    shown = console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=shown,
        transient=True,
        disable=quiet or not shown.is_terminal,
    )


def _print(tally: Tally, *, as_json: bool) -> None:
    if as_json:
        _print_json(tally.told)
    else:
        _print_summary(tally)


def _print_json(told: Sequence[FileReceipt]) -> None:
    from carelog.cli.output import print_json

    for one in told:
        print_json(
            {
                "file": one.file,
                "status": one.verdict,
                "conversation": one.conversation and str(one.conversation),
                "subject": one.subject and str(one.subject),
                "reason": one.reason,
                "unread": one.unread,
            }
        )


def _print_summary(tally: Tally) -> None:
    counts = Counter(one.verdict for one in tally.told)
    typer.echo(f"files:   {tally.files}: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in _VERDICTS))
    for one in tally.told:
        if one.verdict == "refused":
            typer.echo(f"         {one.file}: {one.reason}")
    for channel, count in Counter(one.unread for one in tally.told if one.unread).items():
        typer.echo(
            f"unread:  {count}: no chain takes the channel {channel}, so nothing comes of them but that they are kept"
        )
    if told := _told(tally.states):
        typer.echo(f"runs:    {told}")
    if told := _told(tally.others):
        typer.echo(f"others:  {told}; they had waited, or a link has routed to them")
    if tally.example:
        people = len({one.subject for one in tally.told if one.subject})
        typer.echo(f"records: {people}, such as the one that `carelog record {tally.example}` shows")


def _told(states: Counter[str]) -> str:
    return ", ".join(f"{states[state]} {label}" for state, label in _STATES.items() if states[state] > 0)
