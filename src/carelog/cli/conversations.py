"""`carelog conversations`: list, search, and print one."""

from typing import Annotated
from uuid import UUID

import typer


def conversations(
    conversation: Annotated[UUID | None, typer.Argument(help="Print this one's vCon.")] = None,
    words: Annotated[str | None, typer.Option("--words", "-w", help="Words that were said, all of them.")] = None,
    tel: Annotated[str | None, typer.Option(help="A party's phone number.")] = None,
    mailto: Annotated[str | None, typer.Option(help="A party's e-mail address.")] = None,
    name: Annotated[str | None, typer.Option(help="A party's full name.")] = None,
    title: Annotated[str | None, typer.Option(help="A part of the title.")] = None,
    channel: Annotated[str | None, typer.Option(help="Where it came from.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at the most.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List conversations, the last to come in first, or print the vCon of one."""
    from rich.markup import escape

    from carelog.cli.output import console, print_json, table
    from carelog.cli.run_async import with_carelog
    from carelog.conversations.store import ConversationQuery
    from carelog.identity import operator

    if conversation is not None:
        wanted = conversation
        typer.echo(with_carelog(lambda carelog: carelog.conversations.get(operator(), wanted)).document)
        return
    query = ConversationQuery(tel=tel, mailto=mailto, name=name, title=title, words=words, channel=channel)
    page = with_carelog(lambda carelog: carelog.conversations.page(operator(), query, limit=limit))
    if json:
        from carelog.api.shapes import ConversationOut

        print_json([ConversationOut.of(item).model_dump(mode="json") for item in page.items])
        return
    shown = table("conversation", "channel", "began", "title", "subject")
    for item in page.items:
        began = f"{item.started_at:%Y-%m-%d %H:%M}"
        shown.add_row(str(item.id), item.channel, began, escape(item.title or "-"), str(item.subject_id))
    out = console()
    out.print(shown)
    if page.next:
        out.print(f"There are more: --limit {limit * 2} shows them.")
