"""The files storage on disk."""

import errno
import gzip
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from copies import copy_of

from carelog.storages import Copy, Storage, StorageDown, StorageError, make_storage

pytestmark = pytest.mark.anyio


def storage_at(path: Path, **options: Any) -> Storage[Any]:
    return make_storage("files", {"path": str(path), **options}, "archive")


def file_of(path: Path, copy: Copy) -> Path:
    [found] = path.rglob(f"{copy.conversation_id}.*")
    return found


def files_in(path: Path) -> list[str]:
    return sorted(str(found.relative_to(path)) for found in path.rglob("*") if found.is_file())


async def test_one_file_in_the_folder_of_its_day_for_its_owner_only(tmp_path: Path) -> None:
    copy = copy_of(recorded_at=datetime(2026, 1, 5, 23, 59, tzinfo=UTC))
    await storage_at(tmp_path).save([copy])
    newer = copy_of(id_=copy.conversation_id, revision=2, recorded_at=copy.recorded_at)
    await storage_at(tmp_path).save([newer])
    assert files_in(tmp_path) == [f"2026/01/05/{copy.conversation_id}.r2.json"]
    path = file_of(tmp_path, copy)
    assert path.read_text() == newer.document
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_gzip_and_flat_folders(tmp_path: Path) -> None:
    copy = copy_of("அ" * 1000)
    await storage_at(tmp_path, organise="flat", gzip=True).save([copy])
    path = file_of(tmp_path, copy)
    assert path.name == f"{copy.conversation_id}.r1.json.gz"
    assert gzip.decompress(path.read_bytes()).decode() == copy.document


@pytest.mark.parametrize(("before", "after"), [("date", "flat"), ("flat", "date")])
async def test_options_may_change_over_what_is_there(before: str, after: str, tmp_path: Path) -> None:
    copy = copy_of()
    await storage_at(tmp_path, organise=before, gzip=True).save([copy])
    changed = storage_at(tmp_path, organise=after)
    assert await changed.get(copy.conversation_id) == copy.document
    newer = copy_of("newer", id_=copy.conversation_id, revision=2)
    await changed.save([newer])
    assert await changed.get(copy.conversation_id) == newer.document
    await changed.delete([copy.conversation_id])
    assert files_in(tmp_path) == []


async def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage, before, copy = storage_at(tmp_path), copy_of("before"), copy_of()
    await storage.save([before])

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageDown, match="No space left"):
            await storage.save([copy])
    assert files_in(tmp_path) == [f"2026/01/05/{before.conversation_id}.r1.json"]
    assert await storage.save([copy]) == [None]
    assert await storage.get(copy.conversation_id) == copy.document


async def test_what_a_crash_left_behind_is_no_copy_and_goes_with_the_conversation(tmp_path: Path) -> None:
    storage, copy = storage_at(tmp_path), copy_of()
    await storage.save([copy])
    path = file_of(tmp_path, copy)
    newer = path.with_name(f"{copy.conversation_id}.r2.json")
    newer.with_name(f".{newer.name}.0123456789abcdef.part").write_text("{half")
    assert await storage.get(copy.conversation_id) == copy.document
    await storage.delete([copy.conversation_id])
    assert files_in(tmp_path) == []


async def test_a_disk_that_is_not_mounted_is_waited_for(tmp_path: Path) -> None:
    folder, away = tmp_path / "disk", tmp_path / "away"
    storage, copy = storage_at(folder), copy_of()
    await storage.open()
    folder.rename(away)
    with pytest.raises(StorageDown, match="has no folder"):
        await storage.save([copy])
    assert not folder.exists()
    away.rename(folder)
    assert await storage.save([copy]) == [None]


async def test_a_damaged_file_is_told_and_holds_up_no_other(tmp_path: Path) -> None:
    storage, copy, other = storage_at(tmp_path, gzip=True), copy_of(), copy_of()
    await storage.save([copy, other])
    path = file_of(tmp_path, copy)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(StorageError, match="damaged"):
        await storage.get(copy.conversation_id)
    assert await storage.get(other.conversation_id) == other.document
