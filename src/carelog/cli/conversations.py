"""`carelog conversations`: list, search, and print one."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from carelog.cli.parameters import Channel, Json, Limit

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.conversations.store import Listed
    from carelog.kit.paging import Page

_WIDE = 120


def conversations(
    conversation: Annotated[
        UUID | None, typer.Argument(metavar="ID", help="Print this one's vCon.", show_default=False)
    ] = None,
    words: Annotated[
        str | None, typer.Option("--words", "-w", metavar="WORDS", help="Words that were said, all of them.")
    ] = None,
    tel: Annotated[str | None, typer.Option(metavar="NUMBER", help="A party's phone number.")] = None,
    mailto: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A party's e-mail address.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="A party's full name.")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="A part of the title.")] = None,
    channel: Channel = None,
    needs_transcript: Annotated[
        bool, typer.Option("--needs-transcript", help="Only those that wait for a transcript.")
    ] = False,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List or search conversations, the last to come in first; or print the vCon of one."""
    from dataclasses import replace

    from carelog.cli.output import console, marked, print_json, print_table, table
    from carelog.cli.run_async import with_carelog
    from carelog.conversations.search import ConversationQuery

    if conversation is not None:
        wanted = conversation
        typer.echo(with_carelog(lambda carelog: carelog.reader.get(carelog.operator, wanted)).document)
        return
    query = ConversationQuery(
        tel=tel,
        mailto=mailto,
        name=name,
        title=title,
        words=words,
        channel=channel,
    )

    async def found(carelog: "Carelog") -> "tuple[Page[Listed], set[UUID]]":
        among = carelog.transcripts.needing() if needs_transcript else None
        page = await carelog.conversations.page(carelog.operator, replace(query, among=among), limit=limit)
        return page, await carelog.transcripts.waiting_among([item.id for item in page.items])

    page, waits = with_carelog(found)
    if json:
        from carelog.api.shapes import ConversationOut

        print_json([ConversationOut.of(item, waits).model_dump(mode="json") for item in page.items])
        return
    if not page.items:
        asked = any((tel, mailto, name, title, words, channel, needs_transcript))
        typer.echo("No conversation is like that." if asked else "None yet: `carelog ingest FILES` takes some in.")
        return
    with_subject = console().width >= _WIDE
    columns = ("conversation", "channel", "began (UTC)", "title", *(["subject"] if with_subject else []))
    shown = table(*columns, whole=("conversation", "channel", "began (UTC)", "subject"))
    for item in page.items:
        title = marked(item.title or "-") + (" [yellow](needs a transcript)[/]" if item.id in waits else "")
        row = [str(item.id), item.channel, f"{item.started_at:%Y-%m-%d %H:%M}", title]
        shown.add_row(*row, *([str(item.subject_id)] if with_subject else []))
    print_table(shown)
    if page.next:
        typer.echo("There are more; --limit N shows up to 1000 of them.")
