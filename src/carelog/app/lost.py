"""Whether one of the two databases is lost: it is new, and the other one is in use.

Both are made at one start. To make one anew without a word would hide that users, keys and the audit trail, or that
every record, is gone.
"""

from typing import Final, Literal, TypeAlias

from sqlalchemy import inspect, select

from carelog.db import Database
from carelog.db.migrate import is_new
from carelog.identity.kept_keys import has_kept_keys
from carelog.kit.errors import ConfigurationError
from carelog.pipeline.tables import chain_version

Which: TypeAlias = Literal["sign-in", "health"]

_HOLDS: Final = {"sign-in": "users, keys and the audit trail", "health": "conversations and records"}


async def lost(health: Database, auth: Database) -> Which | None:
    """The one that is lost, if any. What is in use is looked at first: another process may be making both."""
    if await is_new(auth, "auth") and await _has_chains(health) and await is_new(auth, "auth"):
        return "sign-in"
    if await is_new(health, "health") and await has_kept_keys(auth) and await is_new(health, "health"):
        return "health"
    return None


async def require_both(health: Database, auth: Database) -> None:
    """Raises ConfigurationError where one of them is lost."""
    which = await lost(health, auth)
    if which is None:
        return
    gone, there = (auth, health) if which == "sign-in" else (health, auth)
    raise ConfigurationError(
        f"the {which} database ({gone.label}) is missing or empty, and the other one ({there.label}) is in use: "
        f"{_HOLDS[which]} would be gone. Put it back from the backup, or name the right one; if it is lost for good, "
        f"`carelog begin-anew {which}` makes a new one",
        details={"database": which},
    )


async def _has_chains(health: Database) -> bool:
    """Whether Carelog was ever wholly opened over it: at the end of that, both databases are there."""
    async with health.read() as connection:
        if not await connection.run_sync(lambda plain: inspect(plain).has_table(chain_version.name)):
            return False
        return await connection.scalar(select(chain_version.c.chain).limit(1)) is not None
