"""Links between entries, and the graph that can be walked along them."""

from uuid import UUID

import pytest
from made_up import submission

from carelog.app import Carelog
from carelog.identity import CATALOGUE, SCOPES, Principal, operator
from carelog.kit.errors import Forbidden, InvalidInput, NotFound
from carelog.record import links as linking
from carelog.record.editing import Draft

ME = operator()


async def someone(carelog: Carelog, tel: str = "+12025550100") -> UUID:
    [receipt] = await carelog.intake.accept(ME, [submission(tel=tel)])
    assert receipt.subject_id
    return receipt.subject_id


async def meals(carelog: Carelog, subject: UUID, count: int) -> list[UUID]:
    drafts = [Draft("food", {"name": f"dish {n}"}) for n in range(count)]
    return [w.entry.id for w in await carelog.record.create_all(ME, subject, drafts)]  # type: ignore[union-attr]


async def test_a_link_is_seen_from_both_ends_and_made_once(carelog: Carelog) -> None:
    one, other = await meals(carelog, await someone(carelog), 2)
    first = await carelog.links.add(ME, one, "related_to", other)
    assert await carelog.links.add(ME, one, "related_to", other) == first
    for end in (one, other):
        found = await carelog.links.of(ME, end)
        assert found.links == (first,)
        assert set(found.entries) == {one, other} - {end}
    await carelog.links.remove(ME, other, "related_to", one)
    assert (await carelog.links.of(ME, one)).links == ()
    with pytest.raises(NotFound):
        await carelog.links.remove(ME, one, "related_to", other)


async def test_the_graph_is_walked_breadth_first_through_cycles(carelog: Carelog) -> None:
    ids = await meals(carelog, await someone(carelog), 6)
    for n in range(5):
        await carelog.links.add(ME, ids[n], "related_to", ids[n + 1])
    await carelog.links.add(ME, ids[5], "extends", ids[0])
    near = await carelog.links.graph(ME, ids[0], depth=1)
    assert near.depths == {ids[0]: 0, ids[1]: 1, ids[5]: 1}
    whole = await carelog.links.graph(ME, ids[0], depth=10)
    assert whole.depths == {ids[0]: 0, ids[1]: 1, ids[5]: 1, ids[2]: 2, ids[4]: 2, ids[3]: 3}
    assert len(whole.links) == 6
    assert not whole.truncated
    along = await carelog.links.graph(ME, ids[0], depth=2, kinds=["related_to"])
    assert set(along.depths) == set(ids[:3])
    cut = await carelog.links.graph(ME, ids[0], depth=10, most=3)
    assert cut.truncated
    assert len(cut.depths) == 3
    with pytest.raises(InvalidInput):
        await carelog.links.graph(ME, ids[0], depth=linking.DEEPEST + 1)


async def test_a_graph_of_entries_that_are_retracted_ends_there(carelog: Carelog) -> None:
    ids = await meals(carelog, await someone(carelog), 3)
    await carelog.links.add(ME, ids[0], "related_to", ids[1])
    await carelog.links.add(ME, ids[1], "related_to", ids[2])
    await carelog.record.retract(ME, ids[1], revision=None)
    assert set((await carelog.links.graph(ME, ids[0], depth=5)).depths) == {ids[0]}
    assert (await carelog.links.of(ME, ids[0])).links == ()


async def test_two_records_are_not_linked_and_do_not_meet_in_the_catalogue(carelog: Carelog) -> None:
    mine, theirs = await someone(carelog), await someone(carelog, "+12025550177")
    [meal] = await meals(carelog, mine, 1)
    [strange] = await meals(carelog, theirs, 1)
    session = (
        await carelog.record.create(ME, CATALOGUE, Draft("meditation_session", {"title": "Calm", "minutes": 5}))
    ).entry.id
    with pytest.raises(InvalidInput):
        await carelog.links.add(ME, meal, "related_to", strange)
    with pytest.raises(InvalidInput):
        await carelog.links.add(ME, meal, "related_to", meal)
    await carelog.links.add(ME, meal, "related_to", session)
    await carelog.links.add(ME, strange, "related_to", session)
    assert set((await carelog.links.graph(ME, meal, depth=5)).depths) == {meal, session}
    assert set((await carelog.links.graph(ME, session, depth=5)).depths) == {session}
    owner = Principal("key:1", frozenset(SCOPES), frozenset({mine}))
    with pytest.raises(NotFound):
        await carelog.links.add(owner, meal, "related_to", strange)
    with pytest.raises(NotFound):
        await carelog.links.graph(owner, strange)
    reader = Principal("key:2", frozenset(SCOPES), frozenset({mine}), read_only=frozenset({mine}))
    with pytest.raises(Forbidden):
        await carelog.links.remove(reader, meal, "related_to", session)


async def test_who_may_change_the_catalogue_takes_no_links_out_of_records(carelog: Carelog) -> None:
    [meal] = await meals(carelog, await someone(carelog), 1)
    draft = Draft("meditation_session", {"title": "Calm", "minutes": 5})
    session = (await carelog.record.create(ME, CATALOGUE, draft)).entry.id
    await carelog.links.add(ME, meal, "related_to", session)
    curator = Principal("key:3", frozenset(SCOPES), frozenset())
    with pytest.raises(NotFound):
        await carelog.links.remove(curator, session, "related_to", meal)
    assert (await carelog.links.of(ME, meal)).links
    await carelog.links.remove(ME, session, "related_to", meal)
    assert not (await carelog.links.of(ME, meal)).links
