"""Two records of one person become one."""

import json
from typing import Any
from uuid import UUID

import pytest
from door import make_vcon
from sqlalchemy import UniqueConstraint, func, select, update

from carelog.app import Carelog
from carelog.conversations.tables import conversation
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import NotFound
from carelog.pipeline.submission import from_vcon
from carelog.record.editing import Draft
from carelog.record.joining import is_empty, join, tables_of_subjects
from carelog.record.tables import subject


async def hand_in(carelog: Carelog, tel: str, **options: Any) -> UUID:
    document = make_vcon("My pulse was 72.", tel=tel)
    [receipt] = await carelog.intake.accept(operator(), [from_vcon(json.dumps(document), **options)])
    assert receipt.subject_id
    return receipt.subject_id


async def two_records(carelog: Carelog) -> tuple[UUID, UUID]:
    return await hand_in(carelog, "+912224449000"), await hand_in(carelog, "+912224449111")


async def joined(carelog: Carelog, source: UUID, target: UUID) -> None:
    async with carelog.health.write() as connection:
        await join(connection, source, target, carelog.clock.now(), by="test")


async def rows_of(carelog: Carelog, subject: UUID) -> dict[str, int]:
    async with carelog.health.read() as connection:
        counted = {
            table.name: int(await connection.scalar(select(func.count()).where(table.c.subject_id == subject)) or 0)
            for table in tables_of_subjects()
        }
    return {name: count for name, count in counted.items() if count}


async def test_all_of_it_moves_and_the_record_is_listed_no_more(carelog: Carelog) -> None:
    source, target = await two_records(carelog)
    await carelog.record.create(operator(), source, Draft("water", {"said": "a glass"}))
    before, there = await rows_of(carelog, source), await rows_of(carelog, target)
    assert {"conversation", "run", "entry", "subject_identifier"} <= before.keys()
    await joined(carelog, source, target)
    assert await rows_of(carelog, source) == {}
    assert await rows_of(carelog, target) == {name: before.get(name, 0) + there.get(name, 0) for name in before}
    assert [one.id for one in (await carelog.subjects.page(operator())).items] == [target]
    with pytest.raises(NotFound):
        await carelog.subjects.get(operator(), source)
    assert await hand_in(carelog, "+912224449000") == target


async def test_a_record_without_a_name_takes_that_of_the_other(carelog: Carelog) -> None:
    source, target = await two_records(carelog)
    async with carelog.health.write() as connection:
        await connection.execute(update(subject).where(subject.c.id == target).values(name=None, name_key=None))
    await joined(carelog, source, target)
    assert (await carelog.subjects.find(operator(), "Asha Rao")).id == target
    async with carelog.health.read() as connection:
        assert await connection.scalar(select(subject.c.name).where(subject.c.id == source)) is None


async def test_to_do_it_again_changes_nothing(carelog: Carelog) -> None:
    source, target = await two_records(carelog)
    await joined(carelog, source, target)
    rows = await rows_of(carelog, target)
    await joined(carelog, source, target)
    await joined(carelog, target, target)
    assert await rows_of(carelog, target) == rows
    assert (await carelog.subjects.get(operator(), target)).id == target


async def test_what_is_still_on_its_way_is_moved_by_maintenance(carelog: Carelog, clock: ManualClock) -> None:
    source, target = await two_records(carelog)
    third = await hand_in(carelog, "+912224449222")
    await joined(carelog, source, target)
    await joined(carelog, target, third)
    async with carelog.health.write() as connection:
        # As a transaction leaves it that read whose number it was before the two became one.
        await connection.execute(update(conversation).values(subject_id=source))
    await carelog.maintenance.round()
    assert (await rows_of(carelog, third))["conversation"] == 3
    assert "conversation" not in await rows_of(carelog, source)


async def test_of_two_profiles_the_newer_one_stays_with_what_only_the_other_says(
    carelog: Carelog, clock: ManualClock
) -> None:
    source, target = await two_records(carelog)
    await carelog.record.create(operator(), target, Draft("profile", {"height_cm": 164, "sex": "female"}))
    clock.advance(seconds=60)
    await carelog.record.create(operator(), source, Draft("profile", {"height_cm": 165, "blood_type": "AB+"}))
    await joined(carelog, source, target)
    everything = (await carelog.record.page(operator(), target)).items
    [profile] = [entry for entry in everything if entry.type == "profile"]
    assert profile.payload.model_dump(exclude_none=True, exclude_defaults=True) == {
        "height_cm": 165,
        "sex": "female",
        "blood_type": "AB+",
    }
    assert len(await carelog.record.history(operator(), profile.id)) == 2


async def test_a_record_is_empty_until_it_has_something(carelog: Carelog) -> None:
    source, target = await two_records(carelog)
    async with carelog.health.read() as connection:
        assert not await is_empty(connection, source)
    await joined(carelog, source, target)
    async with carelog.health.read() as connection:
        assert await is_empty(connection, source)


def test_rows_of_every_table_can_be_moved(dialect: str) -> None:
    """A table in which a subject has at most one row of a kind would need a rule for which of two stays."""
    for table in tables_of_subjects():
        unique = [c for c in table.constraints if isinstance(c, UniqueConstraint) and "subject_id" in c.columns]
        assert not unique, table.name
        assert "subject_id" not in table.primary_key.columns, table.name
        assert not any(index.unique and "subject_id" in index.columns for index in table.indexes), table.name
