"""The first look: the sample conversations go through the real intake and chain, and a record is shown."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import typer

from carelog.cli.record import print_record, read_record
from carelog.conversations import Conversation
from carelog.kit.errors import NotFound
from carelog.pipeline.intake import Verdict
from carelog.pipeline.submission import from_vcon
from carelog.samples import sample_files
from carelog.samples.lately import samples_moved, weeks_until

if TYPE_CHECKING:
    from carelog.app import Carelog

_PATIENT: Final = "+12025550143"
_KEY_NAME: Final = "carelog up --demo"
_KEY_LIFETIME: Final = timedelta(hours=24)


async def show_demo(carelog: "Carelog", address: str) -> None:
    """Take the samples in, as if they had been spoken lately (those that are there already change nothing), print a
    record, a key and what to try."""
    submissions = [from_vcon(sample) for sample in samples_moved(await _weeks(carelog))]
    receipts = await carelog.intake.accept(carelog.operator, submissions)
    new = sum(receipt.verdict is Verdict.ACCEPTED for receipt in receipts)
    known = len(receipts) - new
    typer.echo(f"{len(receipts)} sample conversations: {new} new, {known} taken in before.")
    await carelog.worker.drain()

    subject, entries = await read_record(carelog, _PATIENT)
    typer.echo("\nA record, every entry with its quotes:\n")
    print_record(subject, entries)

    await carelog.keyring.revoke_named(_KEY_NAME)
    key = await carelog.keyring.add(_KEY_NAME, lifetime=_KEY_LIFETIME)
    authorized = 'curl -H "Authorization: Bearer $CARELOG_KEY"'
    # These lines are copied, so nothing may break them.
    typer.echo(f"""
Carelog listens on {address}
The API is described on {address}/docs
A key for this run; it ends with the next one, and after a day:

export CARELOG_KEY={key}

Try:

{authorized} "{address}/api/subjects/{subject.id}/entries?type=vitals"
{authorized} "{address}/api/subjects/{subject.id}/insights"
{authorized} "{address}/api/conversations?q=headache"
{authorized} -H "Content-Type: text/plain" -d "Patient: I have a cough." {address}/api/conversations

Stop it with Ctrl-C.""")


async def _weeks(carelog: "Carelog") -> int:
    """By how many weeks the samples are moved: as they were when they were taken in, where they are here."""
    first = Conversation.parse(sample_files()[0].read_bytes())
    try:
        stored = await carelog.conversations.get(carelog.operator, first.uuid)
    except NotFound:
        return weeks_until(carelog.clock.now())
    return (stored.started_at - first.started_at) // timedelta(weeks=1)
