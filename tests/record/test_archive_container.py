"""The file of an archive, however it is damaged: it is refused, or says what it said."""

import io
import tracemalloc
import zipfile
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.record.archive.container import ArchiveRefused, ArchiveWriter, Limits, OpenArchive

MEMBERS = {
    "subject.json": b'{"id": 1}',
    "entries.ndjson": b'{"a": 1}\n{"b": 2}\n' * 50,
    "fhir/resources.ndjson": b"{}\n",
}


def made() -> bytes:
    file = io.BytesIO()
    writer = ArchiveWriter(file, datetime(2026, 1, 5, 9, tzinfo=UTC))
    for name, data in MEMBERS.items():
        for start in range(0, len(data), 7):
            writer.write(name, data[start : start + 7])
    writer.finish(carelog="0", subject=UUID(int=7), left_out=())
    return file.getvalue()


WHOLE = made()


async def read(data: bytes) -> dict[str, bytes]:
    archive = OpenArchive.check(io.BytesIO(data), Limits())
    return {member.name: await archive.read(member.name) for member in archive.manifest.members}


async def test_what_was_written_is_read() -> None:
    assert await read(WHOLE) == MEMBERS
    archive = OpenArchive.check(io.BytesIO(WHOLE), Limits())
    batches = [batch async for batch in archive.lines("entries.ndjson", 30)]
    assert [len(batch) for batch in batches] == [30, 30, 30, 10]
    assert [batch async for batch in archive.lines("nothing.ndjson", 30)] == []


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=40))
async def test_bytes_that_have_changed_are_seen_or_mean_nothing(place: int, other: bytes) -> None:
    damaged = WHOLE[:place] + other + WHOLE[place + len(other) :]
    try:
        found = await read(damaged)
    except ArchiveRefused:
        return
    assert found == MEMBERS


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 60))
async def test_bytes_that_are_missing_are_seen_or_mean_nothing(place: int, count: int) -> None:
    try:
        found = await read(WHOLE[:place] + WHOLE[place + count :])
    except ArchiveRefused:
        return
    assert found == MEMBERS


@given(st.binary(max_size=300))
def test_anything_else_is_no_archive(data: bytes) -> None:
    with pytest.raises(ArchiveRefused):
        OpenArchive.check(io.BytesIO(data), Limits())


@pytest.mark.parametrize("name", ["../etc/passwd", "/subject.json", "subject", "a//b.json", "C:\\x.json", "\x00.json"])
def test_names_that_lead_elsewhere_are_neither_written_nor_read(name: str) -> None:
    writer = ArchiveWriter(io.BytesIO(), datetime(2026, 1, 5, tzinfo=UTC))
    with pytest.raises(ValueError, match="plain name"):
        writer.write(name, b"{}")
    writer.abandon()


def test_a_member_that_says_it_is_small_is_not_believed() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 2_000_000)
    with pytest.raises(ArchiveRefused):
        OpenArchive.check(file, Limits(bytes=1_000_000))
    with pytest.raises(ArchiveRefused):
        OpenArchive.check(file, Limits(piece=1_000_000))


@pytest.mark.parametrize(("members", "comment"), [(20_000, b""), (20_000, b"more"), (70_000, b"")])
def test_a_list_of_members_that_is_too_long_is_not_read(members: int, comment: bytes) -> None:
    """Each of them costs ten times as much in memory as in the file. From 65,536 members on, a ZIP ends otherwise."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(members):
            archive.writestr(f"a/{number}.json", b"")
        archive.comment = comment
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveRefused, match="more members"):
            OpenArchive.check(file, Limits(members=1000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
