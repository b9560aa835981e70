"""`carelog deliveries`: see what goes out, and decide what becomes of what could not be sent."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias
from uuid import UUID

import typer

from carelog.cli.parameters import Json, Limit

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.delivery import Channel

app = typer.Typer(
    help="See messages that go out; drive those again that could not be sent, or discard them.", no_args_is_help=True
)

Decision: TypeAlias = Literal["drive", "discard"]

Which = Annotated[
    UUID | None,
    typer.Argument(metavar="ID", help="One delivery's id; leave it out and say --all for all.", show_default=False),
]
All = Annotated[bool, typer.Option("--all", help="All dead ones, or all of the channel.")]
OfChannel = Annotated[
    str | None, typer.Option("--channel", metavar="CHANNEL", help="Only email, sms, whatsapp or webhook.")
]
InState = Annotated[
    str | None, typer.Option("--state", metavar="STATE", help="Only queued, sent, dead or discarded ones.")
]


@app.command("list")
def list_(channel: OfChannel = None, state: InState = None, limit: Limit = 50, json: Json = False) -> None:
    """List deliveries, the last to be queued first. What they say is not shown."""
    from carelog.cli.output import marked, print_json, print_table, table
    from carelog.cli.run_async import with_carelog
    from carelog.delivery import DeliveryState, masked
    from carelog.delivery.store import DeliveryQuery

    if state is not None and state not in list(DeliveryState):
        raise typer.BadParameter("a state is queued, sent, dead or discarded")
    query = DeliveryQuery(channel=_channel(channel), states=(DeliveryState(state),) if state else ())
    page = with_carelog(lambda carelog: carelog.deliveries.page(carelog.operator, query, limit=limit))
    if json:
        from carelog.api.deliveries import DeliveryOut

        print_json([DeliveryOut.of(delivery).model_dump(mode="json") for delivery in page.items])
        return
    if not page.items:
        typer.echo("There are no deliveries.")
        return
    shown = table(
        "delivery", "channel", "to", "state", "tries", "since (UTC)", "error", whole=("delivery", "since (UTC)")
    )
    for delivery in page.items:
        since, message = (
            f"{delivery.updated_at:%Y-%m-%d %H:%M}",
            marked(str((delivery.error or {}).get("message", "-"))),
        )
        to = marked(masked(delivery.recipient))
        shown.add_row(str(delivery.id), delivery.channel, to, str(delivery.state), str(delivery.tries), since, message)
    print_table(shown)
    if page.next:
        typer.echo("There are more; --limit N shows up to 1000 of them.")


def _add_decision(name: Decision, told: str, *, about: str) -> None:
    """The command for one of the two things that can be done about what could not be sent."""

    @app.command(name, help=about)
    def decide(which: Which = None, every: All = False, channel: OfChannel = None) -> None:
        from carelog.cli.run_async import with_carelog

        if (which is None) != every:
            raise typer.BadParameter("give the id of one delivery, or --all")
        if which is not None and channel is not None:
            raise typer.BadParameter("--channel goes with --all")
        known = _channel(channel)
        count = with_carelog(lambda carelog: _decide(carelog, name, which, known))
        typer.echo(f"{count} {told}")


async def _decide(carelog: "Carelog", decision: Decision, which: UUID | None, channel: "Channel | None") -> int:
    """Returns how many deliveries it was done to."""
    deliveries, who = carelog.deliveries, carelog.operator
    if which is not None:
        await (deliveries.drive if decision == "drive" else deliveries.discard)(who, which)
        return 1
    return await (deliveries.drive_all if decision == "drive" else deliveries.discard_all)(who, channel)


def _channel(name: str | None) -> "Channel | None":
    from carelog.delivery import CHANNELS

    for channel in CHANNELS:
        if channel == name:
            return channel
    if name is not None:
        raise typer.BadParameter(f"a channel is one of {', '.join(CHANNELS)}")
    return None


_add_decision("drive", "queued again", about="Queue dead deliveries again; `carelog up` then sends them.")
_add_decision(
    "discard",
    "discarded",
    about="Give up what was not sent. It stays to be seen, without what it said, and is not tried.",
)
