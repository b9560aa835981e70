"""The first look: the sample conversations go through the real intake and chain, and a record is shown."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rich.markup import escape

from carelog.cli.output import console
from carelog.cli.record import read_record, record_table
from carelog.identity import operator
from carelog.pipeline.intake import Verdict
from carelog.pipeline.submission import from_vcon
from carelog.samples import sample_files

if TYPE_CHECKING:
    from carelog.app import Carelog

_PATIENT: Final = "+12025550143"
_KEY_NAME: Final = "carelog up --demo"
_KEY_LIFETIME: Final = timedelta(hours=24)


async def show_demo(carelog: "Carelog", address: str) -> None:
    """Take the samples in (those that are there already change nothing), print a record, a key and what to try."""
    out = console()
    submissions = [from_vcon(file.read_bytes()) for file in sample_files()]
    receipts = await carelog.intake.accept(operator(), submissions)
    new = sum(receipt.verdict is Verdict.ACCEPTED for receipt in receipts)
    known = len(receipts) - new
    out.print(f"{len(receipts)} sample conversations: {new} new, {known} taken in before.")
    await carelog.worker.drain()

    subject, entries = await read_record(carelog, _PATIENT)
    out.print()
    out.print(f"The record of [bold]{escape(subject.name or _PATIENT)}[/bold], every entry with its quote:")
    out.print()
    out.print(record_table(entries))

    await carelog.keyring.revoke_named(_KEY_NAME)
    key = await carelog.keyring.add(_KEY_NAME, lifetime=_KEY_LIFETIME)
    out.print()
    out.print(f"Carelog listens on [bold]{address}[/bold]  (API description: {address}/docs)")
    out.print("A key for this run; it ends with the next one, and after a day:")
    lines = [
        f"  export CARELOG_KEY={key}",
        "",
        "Try:",
        f'  curl -H "Authorization: Bearer $CARELOG_KEY" "{address}/api/subjects/{subject.id}/entries?type=vitals"',
        f'  curl -H "Authorization: Bearer $CARELOG_KEY" "{address}/api/conversations?q=headache"',
        f'  curl -H "Authorization: Bearer $CARELOG_KEY" -H "Content-Type: text/plain" '
        f"--data-binary $'Agent: Any fever?\\nPatient: No, but I have a cough.' {address}/api/conversations",
    ]
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
    out.print()
    out.print("Stop it with Ctrl-C.", markup=False)
