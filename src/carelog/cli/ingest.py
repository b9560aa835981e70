"""`carelog ingest`: hand conversations in from files."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer

from carelog.cli.files import conversation_files

if TYPE_CHECKING:
    from rich.progress import Progress

    from carelog.app import Carelog
    from carelog.pipeline.submission import Submission

T = TypeVar("T")

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file."""

    file: str
    verdict: str
    conversation: UUID | None = None
    subject: UUID | None = None
    reason: str | None = None


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="vCons (.json, .vcon), transcripts (.txt), or folders of them.")],
    channel: Annotated[
        str | None, typer.Option(help="Where they come from: calls, whatsapp, checkin, scan, lab or vcon.")
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(help="Whose record they belong to: an id, a phone number, an e-mail address, a name."),
    ] = None,
    wait: Annotated[
        bool,
        typer.Option("--wait/--no-wait", help="Run the chains to their end; or leave that to `carelog up`."),
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    """Take conversations in and write what was said into records.

    A file that was taken in before changes nothing. Ends with 1 when a file was refused or a run failed.
    """
    from carelog.cli.run_async import with_carelog

    files = conversation_files(paths)
    if not files:
        typer.echo("carelog: no .json, .vcon or .txt files there", err=True)
        raise typer.Exit(1)
    told, states = with_carelog(lambda carelog: _ingest(carelog, files, channel, subject, wait, quiet=json))
    if json:
        _print_json(told)
    else:
        _print_summary(told, states)
    unfinished = states.get("dead", 0)
    raise typer.Exit(1 if unfinished or any(t.verdict == "refused" for t in told) else 0)


async def _ingest(
    carelog: "Carelog",
    files: Sequence[Path],
    channel: str | None,
    subject: str | None,
    wait: bool,
    *,
    quiet: bool,
) -> tuple[list[Told], Counter[str]]:
    from carelog.identity import operator

    owner = (await carelog.subjects.find(operator(), subject)).id if subject else None
    told: list[Told] = []
    accepted: list[UUID] = []
    with _progress(quiet) as progress:
        reading = progress.add_task("taking in", total=len(files))
        for group in _groups(files):
            found, runs = await _accept(carelog, group, channel, owner)
            told += found
            accepted += runs
            progress.advance(reading, len(group))
        if not wait:
            return told, Counter()
        working = progress.add_task("running the chains", total=len(accepted))
        while done := await carelog.worker.step():
            progress.advance(working, done)
    return told, await _states(carelog, accepted)


async def _accept(
    carelog: "Carelog", files: Sequence[Path], channel: str | None, owner: UUID | None
) -> tuple[list[Told], list[UUID]]:
    from carelog.identity import operator
    from carelog.kit.errors import CarelogError

    submissions: list[tuple[Path, Submission]] = []
    told: dict[Path, Told] = {}
    for file in files:
        try:
            submissions.append((file, _read(carelog, file, channel, owner)))
        except CarelogError as error:
            told[file] = Told(str(file), "refused", reason=reason(error))
        except OSError as error:
            told[file] = Told(str(file), "refused", reason=error.strerror or "cannot be read")
    receipts = await carelog.intake.accept(operator(), [submission for _, submission in submissions])
    runs: list[UUID] = []
    for (file, _), receipt in zip(submissions, receipts, strict=True):
        why = reason(receipt.error) if receipt.error else None
        told[file] = Told(str(file), str(receipt.verdict), receipt.conversation_id, receipt.subject_id, why)
        runs += receipt.runs
    return [told[file] for file in files], runs


def _read(carelog: "Carelog", file: Path, channel: str | None, owner: UUID | None) -> "Submission":
    from carelog.kit.errors import InvalidInput
    from carelog.pipeline.submission import from_vcon, read_transcript

    data = file.read_bytes()
    if len(data) > carelog.settings.max_body_bytes:
        raise InvalidInput(f"larger than {carelog.settings.max_body_bytes} bytes")
    if file.suffix.lower() != ".txt":
        return from_vcon(data, channel=channel, subject_id=owner)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the text is not UTF-8 at byte {error.start}") from None
    return read_transcript(text, carelog.clock, channel=channel, subject_id=owner, title=file.stem)


def reason(error: Exception) -> str:
    """An error in one line, with the first places that it names."""
    from carelog.kit.errors import CarelogError

    if not isinstance(error, CarelogError):
        return type(error).__name__
    problems = error.details.get("problems", [])
    places = "; ".join(f"{p['place']}: {p['problem']}" for p in problems[:3])
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    return f"{error.message}: {places}{more}" if places else error.message


async def _states(carelog: "Carelog", runs: Sequence[UUID]) -> Counter[str]:
    from carelog.identity import operator

    counts: Counter[str] = Counter()
    for group in _groups(runs):
        for run in await carelog.runs.several(operator(), group):
            counts[str(run.state)] += 1
    return counts


def _groups(items: Sequence[T]) -> Iterator[Sequence[T]]:
    iterator = iter(items)
    while group := list(islice(iterator, _AT_ONCE)):
        yield group


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


def _print_json(told: Sequence[Told]) -> None:
    from carelog.cli.output import print_json

    for one in told:
        print_json(
            {
                "file": one.file,
                "status": one.verdict,
                "conversation": one.conversation and str(one.conversation),
                "subject": one.subject and str(one.subject),
                "reason": one.reason,
            }
        )


def _print_summary(told: Sequence[Told], states: Counter[str]) -> None:
    counts = Counter(one.verdict for one in told)
    typer.echo(
        ", ".join(f"{counts[v]} {v}" for v in ("accepted", "duplicate", "refused") if counts[v] or v != "refused")
    )
    for one in told:
        if one.verdict == "refused":
            typer.echo(f"  {one.file}: {one.reason}")
    if states:
        names = {"finished": "finished", "queued": "waiting for another try", "running": "still running",
                 "dead": "dead letters (see `carelog dead-letters list`)"}  # fmt: skip
        typer.echo("runs: " + ", ".join(f"{states[s]} {label}" for s, label in names.items() if states[s]))
    owners = Counter(one.subject for one in told if one.subject)
    if owners:
        shown = ", ".join(str(owner) for owner, _ in owners.most_common(3))
        typer.echo(f"records: {len(owners)}; see one with `carelog record SUBJECT`, such as {shown}")
