"""Whoever gives a grant by an e-mail address does not learn by it whether anybody has an account with that."""

import io
import zipfile
from typing import Any
from uuid import UUID

from people import HOME, People

from carelog.identity import Principal
from carelog.kit import jsontext
from carelog.record.fhir.kinds import kinds

KNOWN, UNKNOWN = "mira@example.org", "nobody@example.org"


async def owner_with_grants(people: People) -> tuple[Principal, UUID]:
    """Whose record two others may see, by their addresses; one of these is a user's."""
    mira = await people.principal(await people.register(KNOWN))
    await people.reception.verification.ask(mira, HOME, "email")
    await people.reception.verification.confirm(mira, HOME, "email", people.postbox.code())
    who = await people.principal(await people.register("asha@example.org"))
    assert who.own
    for email in (KNOWN, UNKNOWN):
        await people.carelog.grants.give(who, who.own, email=email, access="read_only")
    assert (await people.principal(await people.login(KNOWN))).may_see(who.own)
    return who, who.own


def of_each(found: list[dict[str, Any]], place: str) -> None:
    """Nothing but the address tells one from the other."""
    text = {email: [str(one) for one in found if email in str(one)] for email in (KNOWN, UNKNOWN)}
    assert [len(one) for one in text.values()] == [1, 1], place
    assert not [one for one in text[KNOWN] if "user:" in one.replace("'given_by': 'user:", "")], place


async def test_neither_the_list_nor_fhir_nor_an_archive_tells(people: People) -> None:
    who, own = await owner_with_grants(people)
    grants, carelog = people.carelog.grants, people.carelog
    page = await grants.of_subject(who, own)
    assert [grant.user_id for grant in page.items] == [None, None]
    assert [(await grants.get(who, grant.id)).user_id for grant in page.items] == [None, None]
    consents = [await carelog.fhir.reader.read(who, kinds()["Consent"], str(grant.id)) for grant in page.items]
    of_each([consent["provision"] for consent in consents], "FHIR")
    with await carelog.archives.take(who, own) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        kept = [jsontext.parse(line) for line in archive.read("grants.ndjson").splitlines()]
    assert [one["user_id"] for one in kept] == [None, None]
    [mine] = (await grants.given_to(await people.principal(await people.login(KNOWN)))).items
    assert mine.user_id, "whom it is for is told"
