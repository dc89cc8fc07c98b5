"""What a person was given in a place is known, and nobody else's."""

import asyncio
from dataclasses import replace

from bot.domain.sheet import mark
from bot.store import Store
from bot.store.sheets import Whose
from tests.builders import at, uuid
from tests.store.rig import ACCOUNT, TEAM

ANA = Whose(TEAM, "C1", "U1", ACCOUNT, "batch-1")
ONE, TWO, THREE = (mark(uuid(number)) for number in (1, 2, 3))


async def test_nothing_was_given_at_first(store: Store) -> None:
    assert await store.sheets.last(ANA) is None


async def test_what_is_given_comes_on_top_of_what_was(store: Store) -> None:
    await store.sheets.given(ANA, [ONE], at(10))
    await store.sheets.given(ANA, [ONE, TWO], at(20))
    last = await store.sheets.last(ANA)
    assert last is not None
    assert (last.given_at, last.marks) == (at(20), frozenset({ONE, TWO}))


async def test_a_sheet_that_was_read_earlier_and_came_later_does_not_set_the_time_back(store: Store) -> None:
    await store.sheets.given(ANA, [TWO], at(20))
    await store.sheets.given(ANA, [ONE], at(10))
    last = await store.sheets.last(ANA)
    assert last is not None
    assert (last.given_at, last.marks) == (at(20), frozenset({ONE, TWO}))


async def test_another_person_place_workspace_account_or_reference_was_given_nothing(store: Store) -> None:
    await store.sheets.given(ANA, [ONE], at(10))
    others = (
        replace(ANA, person="U2"),
        replace(ANA, place="C2"),
        replace(ANA, workspace_id="T2"),
        replace(ANA, account_id="other"),
        replace(ANA, reference_id="Batch-1"),
    )
    assert [await store.sheets.last(other) for other in others] == [None] * 5


async def test_two_sheets_at_the_same_moment_are_both_remembered(store: Store) -> None:
    await asyncio.gather(*(store.sheets.given(ANA, [each], at(10)) for each in (ONE, TWO, THREE)))
    last = await store.sheets.last(ANA)
    assert last is not None
    assert last.marks == {ONE, TWO, THREE}


async def test_any_reference_however_odd_has_its_sheet(store: Store) -> None:
    odd = replace(ANA, reference_id="x" * 5_000 + "😀")
    await store.sheets.given(odd, [ONE], at(10))
    assert await store.sheets.last(odd) is not None


async def test_old_sheets_are_forgotten(store: Store) -> None:
    await store.sheets.given(ANA, [ONE], at(10))
    await store.sheets.given(replace(ANA, place="C2"), [ONE], at(30))
    await store.ledger.forget(ACCOUNT, at(20))
    assert await store.sheets.last(ANA) is None
    assert await store.sheets.last(replace(ANA, place="C2")) is not None
