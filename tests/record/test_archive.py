"""Archives: everything of a subject in one file, and back into the same Carelog or another."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import pytest
from made_up import chain, scripted_link, submission, symptom_of
from sqlalchemy import func, insert, select, update

from carelog.app import Carelog, open_carelog
from carelog.conversations.tables import conversation, conversation_original
from carelog.db import health_metadata
from carelog.identity import CATALOGUE, SCOPES, Principal, operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Forbidden, NotFound
from carelog.pipeline.link import Work
from carelog.pipeline.outcome import Outcome
from carelog.record.archive import ArchiveRefused
from carelog.record.archive.archives import BeingErased, SubjectKnown
from carelog.record.archive.container import Limits
from carelog.record.editing import Draft
from carelog.record.memory import NewEvent
from carelog.record.query import EntryQuery
from carelog.record.review.items import Doubt, NewReview, Reading
from carelog.settings import Settings

ME = operator()
Opener = Callable[..., AbstractAsyncContextManager[Carelog]]


@pytest.fixture
async def elsewhere(new_database: Any, dialect: str, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Carelog]:
    """Another installation, with nobody in it."""
    settings = Settings(
        data_dir=tmp_path / "elsewhere",
        database_url=new_database(dialect)("health"),
        auth_database_url=new_database("sqlite")("auth"),
    )
    async with open_carelog(settings, clock) as whole:
        yield whole


@pytest.fixture
async def carelog(opened: Opener, scripted: Any) -> AsyncIterator[Carelog]:
    def told(work: Work) -> Outcome:
        entry = symptom_of(work.conversation)
        doubt = NewReview("symptom", Doubt.DISPUTED, (Reading.told(entry),), entry.occurred_at, "UTC", about=entry)
        return Outcome(entries=(entry,), reviews=(doubt,))

    scripted("tell", told)
    async with opened(chains={"record": chain(scripted_link("tell"))}) as whole:
        yield whole


async def told_subject(carelog: Carelog, tel: str = "+12025550100") -> UUID:
    """Somebody whose record holds something of each kind."""
    [receipt] = await carelog.intake.accept(ME, [submission("I have a bad headache.", tel=tel)])
    await carelog.worker.drain()
    subject = receipt.subject_id
    assert subject
    symptom = (await carelog.record.page(ME, subject, EntryQuery(types=("symptom",)))).items[0]
    await carelog.record.revise(ME, symptom.id, {"severity": "severe"}, revision=1, reason="asked again")
    session = await carelog.record.create(
        ME, CATALOGUE, Draft("meditation_session", {"title": f"Calm {tel}", "minutes": 5}), on_duplicate="keep"
    )
    log = await carelog.record.create(ME, subject, Draft("meditation_log", {"session_id": str(session.entry.id)}))
    await carelog.links.add(ME, log.entry.id, "related_to", symptom.id)
    gone = await carelog.record.create(ME, subject, Draft("food", {"name": "idli"}))
    await carelog.record.retract(ME, gone.entry.id, revision=1)
    await carelog.memory.store_event(
        ME, subject, NewEvent("vitals:morning", {"kind": "heart_rate", "value": {"value": 64, "unit": "/min"}})
    )
    await carelog.record.create(ME, subject, Draft("alarm", {"kind": "water", "title": "Drink", "time": "08:00"}))
    await carelog.reminder_preferences.change(ME, subject, {})
    sealed = {"form": "signed", "signer": "CN=made up", "content": '{"payload":"e30","signatures":[]}'}
    async with carelog.health.write() as connection:
        await connection.execute(
            insert(conversation_original).values(conversation_id=receipt.conversation_id, **sealed)
        )
    await carelog.grants.give(ME, subject, email="mira@example.org", access="read_only")
    return subject


async def taken(carelog: Carelog, subject: UUID, principal: Principal = ME) -> bytes:
    with await carelog.archives.take(principal, subject) as file:
        return file.read()


def members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(content: dict[str, bytes]) -> IO[bytes]:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file


INFORMS = {"manifest.json", "grants.ndjson", "looks.ndjson", "fhir/resources.ndjson"}


async def counted(carelog: Carelog) -> dict[str, int]:
    async with carelog.health.read() as connection:
        return {
            table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in health_metadata.sorted_tables
        }


async def test_what_comes_back_from_an_archive_is_what_went_in(carelog: Carelog, elsewhere: Carelog) -> None:
    subject = await told_subject(carelog)
    first = await taken(carelog, subject)
    brought = await elsewhere.archives.bring(ME, io.BytesIO(first))
    assert (brought.subject_id, brought.created) == (subject, True)
    assert brought.counts["entries"] == {"new": 5}
    second = members(await taken(elsewhere, subject))
    before = members(first)
    kept = before.keys() - INFORMS
    assert {name: second[name] for name in kept} == {name: before[name] for name in kept}
    assert {"subject.json", "entries.ndjson", "links.ndjson", "catalogue.ndjson", "conversations.ndjson"} <= kept
    assert {"grants.ndjson", "looks.ndjson", "fhir/resources.ndjson"} <= before.keys()
    assert sum(name.startswith("originals/") for name in kept) == 1
    assert "grants.ndjson" not in second  # access is never brought


async def test_quotes_and_context_ids_still_lead_where_they_led(carelog: Carelog, elsewhere: Carelog) -> None:
    subject = await told_subject(carelog)
    await elsewhere.archives.bring(ME, io.BytesIO(await taken(carelog, subject)))
    symptom = (await elsewhere.record.page(ME, subject, EntryQuery(types=("symptom",)))).items[0]
    [quote] = symptom.evidence
    stored = await elsewhere.reader.get(ME, quote.conversation)
    body = json.loads(stored.document)["dialog"][0]["body"]
    assert body[quote.start : quote.end] == quote.quote == "I have a bad headache."
    found = await elsewhere.memory.update_event(ME, subject, "vitals:morning", {"notes": "sitting"})
    assert found.event.entry.revision == 2
    [alarm] = (await elsewhere.record.page(ME, subject, EntryQuery(types=("alarm",)))).items
    assert alarm.due_at is not None  # it will go off here too
    assert (await elsewhere.subjects.find(ME, "+12025550100")).id == subject
    searched = await elsewhere.conversations.page(ME)
    assert [c.id for c in searched.items] == [quote.conversation]


async def test_bringing_it_again_changes_nothing_and_later_revisions_are_added(
    carelog: Carelog, elsewhere: Carelog, clock: ManualClock
) -> None:
    subject = await told_subject(carelog)
    early = await taken(carelog, subject)
    await elsewhere.archives.bring(ME, io.BytesIO(early))
    before = await counted(elsewhere)
    again = await elsewhere.archives.bring(ME, io.BytesIO(early))
    assert not again.created
    assert again.counts["entries"] == {"known": 5}
    assert await counted(elsewhere) == before
    clock.advance(seconds=3600)
    symptom = (await carelog.record.page(ME, subject, EntryQuery(types=("symptom",)))).items[0]
    await carelog.record.revise(ME, symptom.id, {"severity": "mild"}, revision=2)
    late = await elsewhere.archives.bring(ME, io.BytesIO(await taken(carelog, subject)))
    assert late.counts["entries"] == {"known": 4, "advanced": 1}
    assert (await elsewhere.record.get(ME, symptom.id)).revision == 3
    # What was changed here since stays as it is.
    await elsewhere.record.revise(ME, symptom.id, {"severity": "moderate"}, revision=3)
    await elsewhere.archives.bring(ME, io.BytesIO(early))
    assert (await elsewhere.record.get(ME, symptom.id)).payload.severity == "moderate"  # type: ignore[attr-defined]


async def test_into_another_record_everything_gets_ids_of_its_own_once(carelog: Carelog) -> None:
    subject, other = await told_subject(carelog), await told_subject(carelog, "+12025550177")
    archive = await taken(carelog, subject)
    before = {e.id for e in (await carelog.record.page(ME, other)).items}
    brought = await carelog.archives.bring(ME, io.BytesIO(archive), into=other)
    assert brought.counts["entries"] == {"new": 5}
    once = await counted(carelog)
    assert (await carelog.archives.bring(ME, io.BytesIO(archive), into=other)).counts["entries"] == {"known": 5}
    assert await counted(carelog) == once
    added = [e for e in (await carelog.record.page(ME, other)).items if e.id not in before]
    [symptom] = [e for e in added if e.type == "symptom"]
    [quote] = symptom.evidence
    owned = await carelog.reader.get(ME, quote.conversation)
    assert owned.subject_id == other
    assert json.loads(owned.document)["uuid"] == str(quote.conversation)
    linked = await carelog.links.of(ME, symptom.id)
    assert [e.subject_id for e in linked.entries.values()] == [other]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_damaged_or_changed_archive_is_refused_whole(carelog: Carelog, elsewhere: Carelog) -> None:
    subject = await told_subject(carelog)
    archive = await taken(carelog, subject)
    content = members(archive)
    before = await counted(elsewhere)
    changed = content | {"entries.ndjson": content["entries.ndjson"].replace(b"severe", b"little")}
    missing = {name: data for name, data in content.items() if name != "links.ndjson"}
    damaged = bytearray(archive)
    damaged[len(damaged) // 3 : len(damaged) // 3 + 200] = bytes(200)
    late = json.loads(content["manifest.json"]) | {"version": 2}
    for file in (
        packed(changed),
        packed(missing),
        packed(content | {"more.ndjson": b"{}\n"}),
        packed(content | {"manifest.json": json.dumps(late).encode()}),
        packed({name: data for name, data in content.items() if name != "manifest.json"}),
        io.BytesIO(damaged),
        io.BytesIO(archive[: len(archive) // 2]),
        io.BytesIO(b"no archive"),
        io.BytesIO(b""),
    ):
        with pytest.raises(ArchiveRefused):
            await elsewhere.archives.bring(ME, file)
    assert await counted(elsewhere) == before


def rewritten(content: dict[str, bytes], name: str, data: bytes) -> IO[bytes]:
    """An archive in which a member says something else, and the manifest knows."""
    manifest = json.loads(content["manifest.json"])
    for member in manifest["members"]:
        if member["name"] == name:
            member |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return packed(content | {name: data, "manifest.json": json.dumps(manifest).encode()})


async def test_a_quote_that_nobody_said_is_left_out(carelog: Carelog, elsewhere: Carelog) -> None:
    given = [submission("I have a bad headache."), submission("The headache is worse.")]
    [receipt, _] = await carelog.intake.accept(ME, given)
    await carelog.worker.drain()
    assert receipt.subject_id
    content = members(await taken(carelog, receipt.subject_id))
    quoted, misquoted = b'"quote":"I have a bad headache."', b'"quote":"I had a bad heartache."'
    entries = content["entries.ndjson"].replace(b'": ', b'":')
    assert quoted in entries
    brought = await elsewhere.archives.bring(
        ME, rewritten(content, "entries.ndjson", entries.replace(quoted, misquoted))
    )
    assert brought.counts["entries"] == {"new": 1, "left_out": 1}
    [entry] = (await elsewhere.record.page(ME, receipt.subject_id)).items
    assert [one.quote for one in entry.evidence] == ["The headache is worse."]
    brought = await elsewhere.archives.bring(ME, packed(content))
    assert brought.counts["entries"] == {"new": 1, "known": 1}


async def test_what_is_no_record_is_refused_whole_at_its_place(carelog: Carelog, elsewhere: Carelog) -> None:
    content = members(await taken(carelog, await told_subject(carelog)))
    before = await counted(elsewhere)
    lines, preferences = content["entries.ndjson"], content["reminder_preferences.ndjson"]
    [document] = [name for name in content if name.startswith("conversations/")]
    for name, data in (
        ("entries.ndjson", lines.replace(b'"type":"alarm"', b'"type":"horoscope"')),
        ("entries.ndjson", lines.replace(b'"time":"08:00"', b'"time":"28:00"')),
        ("entries.ndjson", lines.replace(b'"revision":2', b'"revision":3')),
        ("entries.ndjson", lines + b"{"),
        ("links.ndjson", content["links.ndjson"].replace(b"related_to", b"hates")),
        ("entries.ndjson", lines.replace(b'"origin":"hand:', b'"origin":"\\u0000hand:')),
        ("entries.ndjson", re.sub(rb'"occurred_at":"[^"]*"', b'"occurred_at":"0001-01-01T00:00:00+14:00"', lines)),
        ("reminder_preferences.ndjson", re.sub(rb'"updated_by":"[^"]*"', b'"updated_by":null', preferences)),
        ("reminder_preferences.ndjson", preferences.replace(b'"updated_by"', b'"updated_for"')),
        ("subject.json", b"[]"),
        ("subject.json", b"{"),
        (document, b'{"vcon": "0.4.0"}'),
    ):
        with pytest.raises(ArchiveRefused):
            await elsewhere.archives.bring(ME, rewritten(content, name, data))
    assert await counted(elsewhere) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_would_unpack_to_too_much_is_refused(carelog: Carelog, elsewhere: Carelog) -> None:
    archive = await taken(carelog, await told_subject(carelog))
    bomb = members(archive) | {"more.ndjson": b" " * 5_000_000}
    for limits, file in (
        (Limits(bytes=1_000_000), packed(bomb)),
        (Limits(members=3), io.BytesIO(archive)),
        (Limits(piece=50), io.BytesIO(archive)),
    ):
        elsewhere.archives._limits = limits
        with pytest.raises(ArchiveRefused):
            await elsewhere.archives.bring(ME, file)


async def test_only_who_may_takes_and_brings(carelog: Carelog, elsewhere: Carelog) -> None:
    subject, other = await told_subject(carelog), await told_subject(carelog, "+12025550177")
    stranger = Principal("key:1", frozenset(SCOPES), frozenset({other}))
    with pytest.raises(NotFound):
        await taken(carelog, subject, stranger)
    with pytest.raises(Forbidden):
        await taken(carelog, subject, Principal("key:2", frozenset({"entries:read"}), frozenset({subject})))
    archive = await taken(carelog, subject)
    with pytest.raises(Forbidden):
        await elsewhere.archives.bring(stranger, io.BytesIO(archive))  # would make a subject
    with pytest.raises(NotFound):
        await carelog.archives.bring(stranger, io.BytesIO(archive), into=subject)
    plain = Principal("user:1", frozenset(SCOPES) - {"records:import"}, own=subject)
    with pytest.raises(Forbidden):
        await carelog.archives.bring(plain, io.BytesIO(archive))
    own = Principal("user:2", frozenset({"entries:read", "conversations:read"}), frozenset({subject}), own=subject)
    mine = members(await taken(carelog, subject, own))
    assert "looks.ndjson" in mine
    carer = Principal("user:3", own.scopes, frozenset({subject}))
    theirs = members(await taken(carelog, subject, carer))
    assert not {"looks.ndjson", "grants.ndjson"} & theirs.keys()
    assert json.loads(theirs["manifest.json"])["left_out"] == ["grants", "looks"]


async def test_a_person_who_is_known_here_already_is_not_guessed(carelog: Carelog, elsewhere: Carelog) -> None:
    archive = await taken(carelog, await told_subject(carelog))
    [receipt] = await elsewhere.intake.accept(ME, [submission()])  # the same telephone number
    with pytest.raises(SubjectKnown):
        await elsewhere.archives.bring(ME, io.BytesIO(archive))
    brought = await elsewhere.archives.bring(ME, io.BytesIO(archive), into=receipt.subject_id)
    assert brought.subject_id == receipt.subject_id


async def test_a_record_comes_back_when_its_erasure_is_finished(carelog: Carelog, clock: ManualClock) -> None:
    subject = await told_subject(carelog)
    archive = await taken(carelog, subject)
    await carelog.erasure.erase(ME, subject)
    with pytest.raises(BeingErased):
        await carelog.archives.bring(ME, io.BytesIO(archive))
    clock.advance(seconds=301)
    await carelog.erasure.resume()
    assert (await carelog.archives.bring(ME, io.BytesIO(archive))).subject_id == subject
    await carelog.erasure.resume()
    assert (await carelog.subjects.get(ME, subject)).id == subject


async def test_a_document_that_only_storages_have_is_a_part_of_the_archive_or_it_is_not_made(
    carelog: Carelog,
) -> None:
    from carelog.kit.errors import Unavailable

    subject = await told_subject(carelog)
    async with carelog.health.write() as connection:
        await connection.execute(update(conversation).values(document=""))
    with pytest.raises(Unavailable):
        await taken(carelog, subject)
