"""After a change of the secret key: sealing anew what older ones have sealed, until those can be thrown away.

Each batch is a transaction of its own, and each row says which secret key it is sealed with. If this is killed halfway,
the next call goes on with the rows that are left; other processes open both kinds meanwhile.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from carelog.db import Connection, Database
from carelog.identity import kept_keys, second_factor
from carelog.identity.audit import AuditEvent, AuditTrail
from carelog.identity.principal import Principal
from carelog.identity.secret_key import SecretKey
from carelog.identity.tables import kept_key
from carelog.identity.tables import second_factor as factor

_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Sealing:
    """How many values are sealed with the present secret key, with an older one that is given, and with unknown ones,
    which cannot be opened."""

    present: int
    older: int
    lost: int


async def how_sealed(database: Database, secrets: SecretKey) -> Sealing:
    """Counted by what the rows say of themselves; those that do not say it are tried."""
    counts = {"present": 0, "older": 0, "lost": 0}
    kinds = [select(column, func.count()).group_by(column) for column in (factor.c.sealed_with, kept_key.c.sealed_with)]
    async with database.read() as connection:
        for kind in kinds:
            for name, count in await connection.execute(kind):
                if name is not None:
                    counts[_kind(secrets, secrets.named(name))] += count
        unnamed = select(factor.c.user_id, factor.c.sealed_secret).where(factor.c.sealed_with.is_(None))
        for row in await connection.execute(unnamed):
            counts[_kind(secrets, second_factor.sealer(secrets, row.user_id, row.sealed_secret))] += 1
    return Sealing(**counts)


def _kind(secrets: SecretKey, sealer: SecretKey | None) -> str:
    return "lost" if sealer is None else "present" if sealer is secrets else "older"


async def reseal(
    database: Database, secrets: SecretKey, trail: AuditTrail, principal: Principal, *, at_once: int = 200
) -> int:
    """Seal anew what the present secret key has not sealed, and return how many values that were. What no key opens
    stays as it is."""
    if (await how_sealed(database, secrets)).older:
        # Beforehand, since a process that is killed halfway has changed something.
        await trail.record([AuditEvent.by(principal, "secret_key.change")])
    done = await _reseal_kept_keys(database, secrets)
    after = _NOBODY
    while True:
        async with database.write() as connection:
            sealed, last = await _reseal_factors(connection, secrets, after, at_once)
        done += sealed
        if last is None:
            break
        after = last
    return done


async def forget_lost_keys(database: Database, secrets: SecretKey) -> int:
    """Delete the kept keys that no secret key opens. New ones are made at the next start, and what was made with the
    old ones is found no more. Returns how many there were."""
    names = [key.name for key in (secrets, *secrets.older)]
    async with database.write() as connection:
        gone = await connection.execute(delete(kept_key).where(kept_key.c.sealed_with.not_in(names)))
    return gone.rowcount


async def _reseal_kept_keys(database: Database, secrets: SecretKey) -> int:
    """All at once, since they are few."""
    async with database.write() as connection:
        older = select(kept_key).where(kept_key.c.sealed_with != secrets.name).with_for_update()
        rows = (await connection.execute(older)).all()
        for row in rows:
            key = kept_keys.opened(secrets, row.purpose, row.sealed, row.sealed_with)
            anew = update(kept_key).where(kept_key.c.purpose == row.purpose)
            await connection.execute(anew.values(kept_keys.sealed_anew(secrets, row.purpose, key)))
    return len(rows)


async def _reseal_factors(
    connection: Connection, secrets: SecretKey, after: UUID, at_once: int
) -> tuple[int, UUID | None]:
    """One batch, of the users after this one. Returns how many were sealed anew, and the last user, if any."""
    columns = factor.c
    older = or_(columns.sealed_with != secrets.name, columns.sealed_with.is_(None))
    batch = select(columns.user_id, columns.sealed_secret).where(older, columns.user_id > after)
    rows = (await connection.execute(batch.order_by(columns.user_id).limit(at_once).with_for_update())).all()
    done = 0
    for row in rows:
        secret = second_factor.opened(secrets, row.user_id, row.sealed_secret)
        if secret is not None:
            anew = update(factor).where(columns.user_id == row.user_id)
            await connection.execute(anew.values(second_factor.sealed_anew(secrets, row.user_id, secret)))
            done += 1
    return done, rows[-1].user_id if rows else None
