"""``database.lock_table``, ``database.long_transaction``: locks, released by rolling back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults import InjectionFailed, InvalidFault, LockTable, LongTransaction, within

each = pytest.mark.parametrize("kind", [LockTable, LongTransaction])
BEGIN = {
    LockTable: "BEGIN; LOCK TABLE shop.orders IN ACCESS EXCLUSIVE MODE",
    LongTransaction: "BEGIN; SELECT 1 FROM shop.orders FOR UPDATE",
}
WHAT = {
    LockTable: "sessions waiting for the lock",
    LongTransaction: "sessions waiting for row locks",
}


async def until_asked(port: Any, times: int) -> None:
    async with asyncio.timeout(5):
        while sum("wait_event_type" in sql for sql in port.said) < times:  # noqa: ASYNC110 - a stub sets no event
            await asyncio.sleep(0.001)


@each
async def test_the_lock_is_held_until_healed_and_waiters_are_the_bite(
    server: Any, kind: Any
) -> None:
    port = server({"to_regclass": "shop.orders", "wait_event_type": 0})
    async with within(kind(table="shop.orders"), port) as injection:
        await until_asked(port, 1)
        port.answers["wait_event_type"] = 5
        await until_asked(port, 3)
        port.answers["wait_event_type"] = 2
        await until_asked(port, 5)
        bite = await injection.bite()
    own = [sql for sql in port.said if "wait_event_type" not in sql and "to_regclass" not in sql]
    assert own == [BEGIN[kind], "ROLLBACK"]
    assert port.open == 0
    assert (bite.count, bite.what) == (5, WHAT[kind])


@each
async def test_a_lock_that_is_refused_leaves_nothing_behind(server: Any, kind: Any) -> None:
    port = server({"to_regclass": "shop.orders", "wait_event_type": 0}, refuses="BEGIN")
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(kind(table="orders"), port):
            pytest.fail("must not be entered")
    assert port.open == 0


@each
@pytest.mark.parametrize("table", ["", "not_there"])
async def test_without_such_a_table_it_takes_the_one_that_is_used_most(
    server: Any, kind: Any, table: str
) -> None:
    answers = {"to_regclass": None, "pg_stat_user_tables": "public.heroes", "wait_event_type": 0}
    port = server(answers)
    async with within(kind(table=table), port):
        pass
    assert [sql for sql in port.said if "public.heroes" in sql]


@each
@pytest.mark.parametrize("table", ["orders; DROP TABLE items", "a.b.c", "1st", "a b", None])
def test_what_is_no_name_of_a_table_is_refused(kind: Any, table: Any) -> None:
    with pytest.raises(InvalidFault, match="table must be a table's name, such as orders"):
        kind(table=table)


@each
@pytest.mark.parametrize(("most", "first"), [("inserts", "n_tup_ins"), ("updates", "n_tup_upd")])
async def test_the_table_is_the_one_that_the_load_writes_most(
    server: Any, kind: Any, most: str, first: str
) -> None:
    port = server({"pg_stat_user_tables": "public.heroes", "wait_event_type": 0})
    fault = kind(most=most)
    await fault.prepare(port)
    async with within(fault, port):
        pass
    assert port.said[0] == "SELECT pg_stat_reset()"
    assert any(f"ORDER BY {first} DESC" in sql for sql in port.said)


@each
async def test_a_table_that_is_named_needs_no_preparation(server: Any, kind: Any) -> None:
    port = server({})
    await kind(table="orders").prepare(port)
    assert port.said == []


@each
def test_an_unknown_choice_is_refused(kind: Any) -> None:
    with pytest.raises(InvalidFault, match="most must be one of use, inserts, updates"):
        kind(most="size")
