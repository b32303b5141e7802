"""Real drivers behind a Wire before a real server: they see what PostgreSQL itself would show."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
import pytest

pytest.importorskip("psycopg", reason="psycopg is missing; pip install 'psycopg[binary]'")
import psycopg

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 10.0
LOST = (asyncpg.PostgresConnectionError, ConnectionError, asyncpg.InterfaceError)
IDLE, INERROR = psycopg.pq.TransactionStatus.IDLE, psycopg.pq.TransactionStatus.INERROR


async def asyncpg_client(bench: Any) -> asyncpg.Connection:
    return await asyncpg.connect(bench.url, ssl=False, timeout=PATIENCE, command_timeout=PATIENCE)


async def psycopg_client(bench: Any, **options: Any) -> psycopg.AsyncConnection[Any]:
    url = f"{bench.url}?sslmode=disable&gssencmode=disable&connect_timeout=10"
    return await psycopg.AsyncConnection.connect(url, **options)


@pytest.mark.parametrize(("on", "rows"), [("statement", 0), ("reply", 1)], ids=["before", "after"])
async def test_asyncpg_loses_the_connection_around_commit(bench: Any, on: str, rows: int) -> None:
    client = await asyncpg_client(bench)
    armed = bench.arm(on=on, statement=r"^commit", do="cut", times=1)
    with pytest.raises(LOST):
        async with client.transaction():
            await client.execute("INSERT INTO t VALUES ($1)", 1)
    assert (await bench.count(), armed.bites) == (rows, 1)
    client.terminate()


@pytest.mark.parametrize(("on", "rows"), [("statement", 0), ("reply", 1)], ids=["before", "after"])
async def test_psycopg_loses_the_connection_around_commit(bench: Any, on: str, rows: int) -> None:
    client = await psycopg_client(bench)
    await client.execute("INSERT INTO t VALUES (%s)", [1])
    armed = bench.arm(on=on, statement=r"^commit", do="cut", times=1)
    with pytest.raises(psycopg.OperationalError):
        await client.commit()
    assert (await bench.count(), armed.bites) == (rows, 1)
    await client.close()


async def test_a_cut_after_an_autocommitted_insert_loses_nothing(bench: Any) -> None:
    client = await asyncpg_client(bench)
    bench.arm(on="reply", tag="^INSERT", do="cut", times=1)
    with pytest.raises(LOST):
        await client.execute("INSERT INTO t VALUES ($1)", 1)
    assert await bench.count() == 1
    client.terminate()


@pytest.mark.parametrize(
    ("sql", "arguments"),
    [("INSERT INTO t VALUES (7)", ()), ("INSERT INTO t VALUES ($1)", (7,))],
    ids=["simple", "extended"],
)
async def test_asyncpg_sees_a_true_error_in_its_transaction(
    bench: Any, sql: str, arguments: tuple[int, ...]
) -> None:
    client = await asyncpg_client(bench)
    bench.arm(on="statement", statement="values", do="error", sqlstate="40001", times=1, nth=2)
    transaction = client.transaction()
    await transaction.start()
    await client.execute(sql, *arguments)
    with pytest.raises(asyncpg.SerializationError, match="injected by rule rule"):
        await client.execute(sql, *arguments)
    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        await client.execute(sql, *arguments)
    await transaction.rollback()
    assert await client.fetchval("SELECT count(*) FROM t WHERE n > $1", 0) == 0
    await client.execute(sql, *arguments)
    assert await bench.count() == 1
    await client.close(timeout=PATIENCE)


@pytest.mark.parametrize("prepare", [False, True], ids=["unnamed", "prepared"])
@pytest.mark.parametrize("arguments", [None, [7]], ids=["simple", "extended"])
async def test_psycopg_sees_a_true_error_in_its_transaction(
    bench: Any, arguments: list[int] | None, *, prepare: bool
) -> None:
    client = await psycopg_client(bench)
    bench.arm(on="statement", statement="values", do="error", sqlstate="40001", times=1, nth=2)
    sql = "INSERT INTO t VALUES (7)" if arguments is None else "INSERT INTO t VALUES (%s)"
    await client.execute(sql, arguments, prepare=prepare)
    with pytest.raises(psycopg.errors.SerializationFailure, match="injected by rule rule"):
        await client.execute(sql, arguments, prepare=prepare)
    assert client.info.transaction_status == INERROR
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        await client.execute(sql, arguments, prepare=prepare)
    await client.rollback()
    await client.execute(sql, arguments, prepare=prepare)
    await client.commit()
    assert await bench.count() == 1
    await client.close()


async def test_a_commit_that_fails_leaves_the_transaction_as_postgresql_does(bench: Any) -> None:
    client = await psycopg_client(bench)
    bench.arm(on="statement", statement="^commit", do="error", sqlstate="40001", times=1)
    await client.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(psycopg.errors.SerializationFailure):
        await client.commit()
    assert client.info.transaction_status == IDLE
    assert await bench.count() == 0
    await client.execute("INSERT INTO t VALUES (2)")
    await client.commit()
    assert await bench.count() == 1
    await client.close()


async def test_a_commit_that_fails_in_the_extended_protocol_leaves_it_too(bench: Any) -> None:
    client = await asyncpg_client(bench)
    commit = await client.prepare("COMMIT")
    bench.arm(on="statement", statement="^commit", do="error", sqlstate="40001", times=1)
    await client.execute("BEGIN; INSERT INTO t VALUES (1)")
    assert client.is_in_transaction()
    with pytest.raises(asyncpg.SerializationError):
        await commit.fetch()
    assert not client.is_in_transaction()
    await client.execute("BEGIN; INSERT INTO t VALUES (2)")
    await commit.fetch()
    assert await bench.count() == 1
    await client.close(timeout=PATIENCE)


async def in_one_pipeline(client: psycopg.AsyncConnection[Any], cursors: list[Any]) -> None:
    async with client.pipeline():
        for number, cursor in enumerate(cursors):
            await cursor.execute("SELECT %s::int", [number])


@pytest.mark.parametrize("failing", [1, 2, 4])
async def test_an_error_in_a_pipeline_comes_behind_the_earlier_answers(
    bench: Any, failing: int
) -> None:
    client = await psycopg_client(bench, autocommit=True)
    bench.arm(
        on="statement", statement="select", do="error", sqlstate="40001", nth=failing, times=1
    )
    answers: list[Any] = []
    cursors = [client.cursor() for _ in range(4)]
    with pytest.raises(psycopg.errors.SerializationFailure):
        await in_one_pipeline(client, cursors)
    for cursor in cursors:
        try:
            answers.append(await cursor.fetchone())
        except psycopg.Error:
            answers.append(None)
    assert answers == [(n,) if n < failing - 1 else None for n in range(4)]
    assert client.info.transaction_status == IDLE
    assert (await (await client.execute("SELECT 5")).fetchone()) == (5,)
    await client.close()


async def test_an_error_in_one_unit_of_a_pipeline_spares_the_next_unit(bench: Any) -> None:
    client = await psycopg_client(bench, autocommit=True)
    bench.arm(on="statement", statement="select 1", do="error", sqlstate="40001", times=1)
    async with client.pipeline() as pipeline:
        failed = await client.execute("SELECT 1")
        with pytest.raises(psycopg.errors.SerializationFailure):
            await pipeline.sync()
        worked = await client.execute("SELECT 2")
        await pipeline.sync()
        assert await worked.fetchone() == (2,)
    with pytest.raises(psycopg.Error):
        await failed.fetchone()
    await client.close()


async def test_executemany_fails_as_a_whole(bench: Any) -> None:
    client = await asyncpg_client(bench)
    bench.arm(on="statement", statement="insert", do="error", sqlstate="23505", nth=3, times=1)
    with pytest.raises(asyncpg.UniqueViolationError):
        await client.executemany("INSERT INTO t VALUES ($1)", [(n,) for n in range(9)])
    assert await bench.count() == 0
    await client.executemany("INSERT INTO t VALUES ($1)", [(n,) for n in range(9)])
    assert await bench.count() == 9
    await client.close(timeout=PATIENCE)


@pytest.mark.parametrize("arguments", [(), (7,)], ids=["simple", "extended"])
async def test_a_fatal_error_ends_the_connection_and_rolls_back(
    bench: Any, arguments: tuple[int, ...]
) -> None:
    client = await psycopg_client(bench)
    await client.execute("INSERT INTO t VALUES (1)")
    bench.arm(on="statement", statement="select", do="fatal", sqlstate="57P01", message="bye")
    sql = "SELECT %s" if arguments else "SELECT 7"
    with pytest.raises(psycopg.errors.AdminShutdown, match="bye"):
        await client.execute(sql, arguments or None)
    assert client.broken
    assert await bench.count() == 0
    await client.close()


@pytest.mark.parametrize(
    ("sqlstate", "error"),
    [("57P03", asyncpg.CannotConnectNowError), ("53300", asyncpg.TooManyConnectionsError)],
)
async def test_start_up_is_refused(bench: Any, sqlstate: str, error: type[Exception]) -> None:
    bench.arm(on="startup", statement="database=", do="error", sqlstate=sqlstate, times=1)
    with pytest.raises(error):
        await asyncpg_client(bench)
    client = await asyncpg_client(bench)
    assert await client.fetchval("SELECT 1") == 1
    await client.close(timeout=PATIENCE)


async def test_a_stalled_reply_comes_in_order_once_disarmed(bench: Any) -> None:
    client = await asyncpg_client(bench)
    armed = bench.arm(on="reply", statement="generate_series", do="stall")
    task = asyncio.create_task(client.fetch("SELECT generate_series(1, 20000)"))
    async with asyncio.timeout(PATIENCE):
        while not armed.bites:  # noqa: ASYNC110 - a rule set knows no event loop
            await asyncio.sleep(0.001)
    assert not task.done()
    bench.disarm()
    assert [row[0] for row in await task] == list(range(1, 20001))
    await client.close(timeout=PATIENCE)


@pytest.mark.parametrize("on", ["statement", "reply"])
async def test_a_delay_delays(bench: Any, on: str) -> None:
    client = await psycopg_client(bench)
    bench.arm(on=on, statement="select 1", do="delay", delay_ms=80, times=1)
    begun = time.monotonic()
    assert await (await client.execute("SELECT 1")).fetchone() == (1,)
    assert 0.08 <= time.monotonic() - begun < PATIENCE
    await client.close()


@pytest.mark.parametrize("arguments", [None, [5]], ids=["simple", "extended"])
async def test_copy_passes_and_its_reply_can_be_cut(
    bench: Any, arguments: list[int] | None
) -> None:
    client = await psycopg_client(bench, autocommit=True)
    where = "" if arguments is None else " WHERE n > %s"
    for _ in range(2):
        async with client.cursor().copy(f"COPY t FROM STDIN{where}", arguments) as copy:
            for n in range(6, 106):
                await copy.write_row((n,))
        assert await (await client.execute("SELECT count(*) >= %s FROM t", [100])).fetchone() == (
            True,
        )
    bench.arm(on="reply", tag="^COPY", do="cut", times=1)
    with pytest.raises(psycopg.OperationalError):
        async with client.cursor().copy(f"COPY t FROM STDIN{where}", arguments) as copy:
            await copy.write_row((1000,))
    assert await bench.count() == 201
    await client.close()


async def test_asyncpg_copies_in_and_out(bench: Any) -> None:
    client = await asyncpg_client(bench)
    bench.arm(on="statement", statement="never sent", do="cut")
    rows = [(n,) for n in range(50_000)]
    await client.copy_records_to_table("t", records=rows)
    received = bytearray()

    async def keep(data: bytes) -> None:
        received.extend(data)

    await client.copy_from_query("SELECT n FROM t ORDER BY n", output=keep)
    assert received == b"".join(b"%d\n" % n for n in range(50_000))
    assert not bench.connections[0].wire.plain
    assert not bench.connections[0].wire._session.outstanding
    await client.close(timeout=PATIENCE)


async def test_a_refused_encryption_keeps_the_rules_at_work(bench: Any) -> None:
    bench.refuse_encryption = True
    client = await psycopg.AsyncConnection.connect(f"{bench.url}?sslmode=prefer")
    bench.arm(on="statement", statement="select", do="error", sqlstate="40001", times=1)
    with pytest.raises(psycopg.errors.SerializationFailure):
        await client.execute("SELECT 1")
    await client.close()


async def run_psql(psql: str, url: str, *commands: str) -> tuple[int | None, str, str]:
    options = [part for command in commands for part in ("-c", command)]
    process = await asyncio.create_subprocess_exec(
        psql,
        "-X",
        "-q",
        "-At",
        "-v",
        "ON_ERROR_STOP=0",
        *options,
        f"{url}?sslmode=prefer",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_psql_goes_on_after_an_error(bench: Any, psql: str) -> None:
    bench.arm(on="statement", statement="select 2", do="error", sqlstate="53100", message="full")
    result = await run_psql(psql, bench.url, "SELECT 1", "SELECT 2", "SELECT 3")
    assert result == (0, "1\n3\n", "ERROR:  full\n")


async def test_psql_is_told_why_it_is_not_let_in(bench: Any, psql: str) -> None:
    bench.arm(on="startup", do="fatal", sqlstate="57P03", message="not yet")
    code, out, err = await run_psql(psql, bench.url, "SELECT 1")
    assert (code, out) == (2, "")
    assert "FATAL:  not yet" in err
