"""What holds for every storage that can be read, whatever it is made of."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from copies import copy_of, document_copy
from storage_places import Place

from carelog.kit.ids import new_id
from carelog.storages import Storage, StorageDown, StorageRefused

pytestmark = pytest.mark.anyio


async def test_what_was_saved_comes_back_as_it_was(storage: Storage[Any]) -> None:
    copy = copy_of()
    assert await storage.save([copy]) == [None]
    assert await storage.get(copy.conversation_id) == copy.document


async def test_what_was_never_saved_is_not_there(storage: Storage[Any]) -> None:
    assert await storage.get(new_id()) is None
    await storage.save([copy_of()])
    assert await storage.get(new_id()) is None


async def test_every_character_and_space_comes_back(storage: Storage[Any]) -> None:
    for text in ("சோர்வு, fièvre, 头痛 🤕", 'quote " and \\ and \n', "a'; DROP TABLE vcons; --", "NUL \0 within"):
        copy = copy_of(text, title="खाँसी")
        spaced = replace(copy, document=copy.document.replace('","', '" ,\n"'))
        assert await storage.save([spaced]) == [None]
        assert await storage.get(copy.conversation_id) == spaced.document


async def test_a_sealed_vcon_is_kept_as_well(storage: Storage[Any]) -> None:
    signed = '{"payload": "e30", "signatures": [{"protected": "e30", "signature": "bWFkZSB1cA"}]}'
    copy = document_copy(signed)
    assert await storage.save([copy]) == [None]
    assert await storage.get(copy.conversation_id) == signed


async def test_a_newer_revision_takes_the_place_of_an_older_one(storage: Storage[Any]) -> None:
    first = copy_of("first")
    second = copy_of("second", id_=first.conversation_id, revision=2)
    tenth = copy_of("tenth", id_=first.conversation_id, revision=10)
    for copy in (first, second, tenth):
        assert await storage.save([copy]) == [None]
        assert await storage.get(copy.conversation_id) == copy.document


async def test_an_older_revision_never_overwrites_a_newer_one(place: Place) -> None:
    ninth = copy_of("ninth", revision=9)
    tenth = copy_of("tenth", id_=ninth.conversation_id, revision=10)
    assert await place.storage.save([tenth]) == [None]
    for storage in (place.storage, place.another()):
        assert await storage.save([ninth]) == [None]
        assert await storage.get(ninth.conversation_id) == tenth.document


async def test_saving_again_changes_nothing(storage: Storage[Any]) -> None:
    copy = copy_of()
    for _ in range(3):
        assert await storage.save([copy]) == [None]
    assert await storage.get(copy.conversation_id) == copy.document


async def test_a_batch_is_kept_whole(storage: Storage[Any]) -> None:
    copies = [copy_of(f"I slept {i} hours.") for i in range(200)]
    assert await storage.save(copies) == [None] * 200
    for copy in copies[::17]:
        assert await storage.get(copy.conversation_id) == copy.document


async def test_a_batch_may_hold_several_revisions_of_one_conversation(storage: Storage[Any]) -> None:
    first, other = copy_of("first"), copy_of("other")
    third = copy_of("third", id_=first.conversation_id, revision=3)
    second = copy_of("second", id_=first.conversation_id, revision=2)
    assert await storage.save([first, third, other, second]) == [None] * 4
    assert await storage.get(first.conversation_id) == third.document
    assert await storage.get(other.conversation_id) == other.document


async def test_nothing_to_do_is_no_trouble(storage: Storage[Any]) -> None:
    assert await storage.save([]) == []
    await storage.delete([])


async def test_one_bad_copy_never_fails_its_batch(storage: Storage[Any]) -> None:
    copies = [copy_of(str(i)) for i in range(5)]
    bad = document_copy('{"body": "\ud800 is half a character"}')
    results = await storage.save([*copies[:3], bad, *copies[3:]])
    assert [type(result) for result in results] == [type(None)] * 3 + [StorageRefused] + [type(None)] * 2
    assert "character" not in str(results[3])
    for copy in copies:
        assert await storage.get(copy.conversation_id) == copy.document


async def test_deleted_is_gone_and_may_be_deleted_twice(storage: Storage[Any]) -> None:
    copies = [copy_of(str(i)) for i in range(3)]
    newer = copy_of("newer", id_=copies[0].conversation_id, revision=2)
    await storage.save(copies)
    await storage.save([newer])
    gone = [copies[0].conversation_id, copies[1].conversation_id]
    for _ in range(2):
        await storage.delete([*gone, new_id()])
        assert [await storage.get(one) for one in gone] == [None, None]
    assert await storage.get(copies[2].conversation_id) == copies[2].document


async def test_what_was_deleted_may_be_saved_anew(storage: Storage[Any]) -> None:
    before, anew = copy_of("before", revision=5), copy_of("anew")
    anew = replace(anew, conversation_id=before.conversation_id)
    await storage.save([before])
    await storage.delete([before.conversation_id])
    assert await storage.save([anew]) == [None]
    assert await storage.get(anew.conversation_id) == anew.document


async def test_the_newest_wins_however_writers_meet(place: Place) -> None:
    writers = [place.storage, *(place.another() for _ in range(3))]
    ids = [new_id() for _ in range(10)]

    def batch(revision: int) -> list[Any]:
        return [copy_of(id_=one, revision=revision) for one in ids]

    # One after another at first, so that what they then meet in is what is there, not how it is made.
    for writer in writers:
        await writer.open()
    results = await asyncio.gather(*(writers[r % 4].save(batch(r)) for r in (3, 8, 1, 6, 2, 7, 5, 4)))
    assert results == [[None] * 10] * 8
    for copy in batch(8):
        assert await place.storage.get(copy.conversation_id) == copy.document


async def test_a_second_process_reads_and_goes_on_with_what_is_there(place: Place) -> None:
    copy = copy_of()
    await place.storage.save([copy])
    await place.storage.close()
    other = place.another()
    assert await other.get(copy.conversation_id) == copy.document
    newer = copy_of("newer", id_=copy.conversation_id, revision=2)
    await other.save([newer])
    assert await place.storage.get(copy.conversation_id) == newer.document


async def test_down_is_told_and_back_again_needs_no_restart(place: Place) -> None:
    before, meanwhile = copy_of("before"), copy_of("meanwhile")
    await place.storage.save([before])
    for _ in range(2):
        await place.stop()
        with pytest.raises(StorageDown):
            await place.storage.save([meanwhile, copy_of("other")])
        with pytest.raises(StorageDown):
            await place.storage.get(before.conversation_id)
        with pytest.raises(StorageDown):
            await place.storage.delete([before.conversation_id])
        await place.start()
        assert await place.storage.save([before, meanwhile]) == [None, None]
    for copy in (before, meanwhile):
        assert await place.storage.get(copy.conversation_id) == copy.document


async def test_a_storage_that_is_down_from_the_start_is_found_when_it_comes(place: Place) -> None:
    await place.storage.save([copy_of()])
    await place.stop()
    late = place.another()
    with pytest.raises(StorageDown):
        await late.save([copy_of()])
    await place.start()
    copy = copy_of()
    assert await late.save([copy]) == [None]
    assert await late.get(copy.conversation_id) == copy.document
