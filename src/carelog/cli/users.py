"""`carelog users`: who signs in, on the machine that holds the database. The first administrator is made here."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from carelog.cli.parameters import Json

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.identity.users import User

app = typer.Typer(help="Add, list and change users.", no_args_is_help=True)

_PAGE: Final = 200

Who = Annotated[str, typer.Argument(metavar="USER", help="An id or an e-mail address.")]
Role = Annotated[Literal["patient", "carer", "clinician", "admin"], typer.Option(help="What they are.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
]


@app.command()
def add(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="They sign in with it.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What they are called.")],
    role: Role = "patient",
    admin: Annotated[bool, typer.Option("--admin", help="The same as --role admin.")] = False,
    phone: Annotated[str | None, typer.Option(metavar="NUMBER", help="With its country code.")] = None,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="A time zone, such as Asia/Kolkata.")] = None,
    password_stdin: FromStdin = False,
) -> None:
    """Add a user. There is no default password: it is asked for, or read from standard input."""
    from carelog.cli.run_async import with_carelog

    password, role = _password(password_stdin), "admin" if admin else role
    said = {"email": email, "password": password, "name": name, "role": role, "phone": phone, "zone": zone}
    user = with_carelog(lambda carelog: _add(carelog, **said))
    typer.echo(str(user.id))


@app.command("list")
def list_(json: Json = False) -> None:
    """List users, the newest first."""
    from carelog.cli.output import marked, print_json, print_table, table
    from carelog.cli.run_async import with_carelog

    found = with_carelog(_all)
    if json:
        print_json([_as_json(user) for user in found])
        return
    if not found:
        typer.echo("No users yet: `carelog users add EMAIL --name NAME --admin` makes the first.")
        return
    shown = table("user", "e-mail", "phone", "name", "role", "state", whole=("user", "role", "state"))
    for user in found:
        email, phone = _with_state(user.email, user.email_verified), _with_state(user.phone, user.phone_verified)
        shown.add_row(str(user.id), marked(email), phone, marked(user.name), user.role, user.state)
    print_table(shown)


@app.command("set-role")
def set_role(who: Who, role: Annotated[Literal["patient", "carer", "clinician", "admin"], typer.Argument()]) -> None:
    """Give a user another role, which counts at once."""
    _change(who, lambda carelog, user: carelog.reception.users.set_role(carelog.operator, user.id, role))
    typer.echo(role)


@app.command("set-email")
def set_email(who: Who, email: Annotated[str, typer.Argument(metavar="EMAIL", help="The new one.")]) -> None:
    """Give a user another e-mail address, which leads to data once it is verified; the one before is told."""
    _change(
        who,
        lambda carelog, user: carelog.reception.accounts.move_by_administrator(carelog.operator, user, email),
    )
    typer.echo("set")


@app.command()
def disable(who: Who) -> None:
    """Let a user in no more; their sessions end at once."""
    _change(who, lambda carelog, user: carelog.reception.users.set_state(carelog.operator, user.id, "disabled"))
    typer.echo("disabled")


@app.command()
def enable(who: Who) -> None:
    """Let a user in again."""
    _change(who, lambda carelog, user: carelog.reception.users.set_state(carelog.operator, user.id, "active"))
    typer.echo("active")


@app.command("reset-password")
def reset_password(who: Who, password_stdin: FromStdin = False) -> None:
    """Set a user's password anew, and take their second factor away; their sessions end."""
    password = _password(password_stdin)
    _change(
        who,
        lambda carelog, user: carelog.reception.accounts.reset_by_administrator(carelog.operator, user.id, password),
    )
    typer.echo("reset")


@app.command()
def verify(
    who: Who,
    email: Annotated[bool, typer.Option("--email", help="The e-mail address is theirs.")] = False,
    phone: Annotated[bool, typer.Option("--phone", help="The phone number is theirs.")] = False,
) -> None:
    """Say that an address was seen to be the user's: the record that is known by it becomes theirs."""
    if not email and not phone:
        raise typer.BadParameter("say what was verified: --email, --phone, or both")
    for by, wanted in (("email", email), ("phone", phone)):
        if wanted:
            _change(who, _verifying("email" if by == "email" else "phone"))
    typer.echo("verified")


def _verifying(by: Literal["email", "phone"]) -> Any:
    return lambda carelog, user: carelog.reception.verification.confirm_by_hand(carelog.operator, user, by)


def _change(reference: str, change: Any) -> None:
    from carelog.cli.run_async import with_carelog

    async def found_and_changed(carelog: "Carelog") -> None:
        await change(carelog, await carelog.reception.users.find(carelog.operator, reference))

    with_carelog(found_and_changed)


async def _add(carelog: "Carelog", **said: Any) -> "User":
    from carelog.identity.users import new_user

    return await carelog.reception.users.add(carelog.operator, await new_user(carelog.reception.passwords, **said))


async def _all(carelog: "Carelog") -> list["User"]:
    from carelog.kit.paging import every_page

    pages = every_page(partial(carelog.reception.users.page, carelog.operator, limit=_PAGE))
    return [user async for page in pages for user in page]


def _password(from_stdin: bool) -> str:
    """The password, asked for twice at a terminal. Raises InvalidInput if it is not text."""
    from carelog.kit.errors import InvalidInput

    if from_stdin:
        try:
            return sys.stdin.readline().rstrip("\r\n")
        except UnicodeDecodeError:
            raise InvalidInput("the password is not UTF-8") from None
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return given


def _with_state(address: str | None, verified: bool) -> str:
    return "" if address is None else address if verified else f"{address} (not verified)"


def _as_json(user: "User") -> dict[str, Any]:
    names = ("email", "email_verified", "phone", "phone_verified", "name", "zone", "role", "state", "second_factor")
    return {
        "id": str(user.id),
        **{name: getattr(user, name) for name in names},
        "subject_id": str(user.subject_id) if user.subject_id else None,
        "created_at": user.created_at.isoformat(),
    }
