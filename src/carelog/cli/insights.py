"""`carelog record insights`: what a record shows."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from carelog.cli.parameters import Json, OfSubject

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.record.insights import Insight, Recommendation


def insights(
    subject: OfSubject,
    days: Annotated[int, typer.Option(metavar="N", min=1, max=1100, help="Of the last N days.")] = 90,
    json: Json = False,
) -> None:
    """Show what a record tells: trends, readings out of range, adherence, gaps, and what to do about them."""
    from carelog.cli.output import marked, print_json, print_table, table
    from carelog.cli.run_async import with_carelog

    found, advice = with_carelog(lambda carelog: _look(carelog, subject, days))
    if json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    shown = table("about", "what", "entries", "confidence", whole=("about",))
    for one in found:
        sure = f"{one.confidence.value:.2f}" if one.confidence else "-"
        shown.add_row(one.area, marked(f"{one.title}\n{one.text}"), str(one.entries_in_all), sure)
    print_table(shown)
    if advice:
        typer.echo("")
        to_do = table("priority", "what to do", whole=("priority",))
        for item in advice:
            to_do.add_row(item.priority, marked(f"{item.title}\n{item.description}"))
        print_table(to_do)


async def _look(carelog: "Carelog", reference: str, days: int) -> "tuple[list[Insight], list[Recommendation]]":
    """Raises NotFound and InvalidInput."""
    from carelog.cli.record import find_subject
    from carelog.record.insights.recommendations import recommend

    now = carelog.clock.now()
    owner = await find_subject(carelog, reference)
    found = await carelog.insights.insights(carelog.operator, owner, since=now - timedelta(days=days), until=now)
    return found, recommend(found, now)
