"""Inject each fault at each place of one transaction, heal, and use the connection again."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from squall.lab.endpoint import Endpoint, free_port
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.sweeping.cells import CONNECT, ERRORS, FATAL, STARTUP, WIRE, Cell
from squall.sweeping.profile_operation import ProfiledStatement, StatementProfile
from squall.sweeping.sweep_script import CellScript
from squall.sweeping.tap import Script, Tap
from squall.workload.operations import Operation

from squall_proof.drivers.clients import CLIENTS, DriverClient

PLACES = ("BEGIN", "INSERT", "COMMIT")
DEADLINE = 0.3
"""A slow answer is late by a third of it."""
WAITS_SECONDS = 2.5
"""A driver that has not come back by then waits for ever."""
FAULTS = tuple(fault for fault in (*ERRORS, *FATAL, *WIRE) if fault != "hang_up")
LOGIN_FAULTS = (*STARTUP, "cut_before", "silence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a driver made of one fault."""

    driver: str
    place: str
    """A statement of the transaction, or ``login``."""
    fault: str
    raised: str
    """The error's class, with its SQLSTATE; or that there was none, or no end."""
    after: str = ""
    """What the connection is good for after the heal."""


async def measure() -> list[Entry]:
    """Every driver, place and fault."""
    found: list[Entry] = []
    async with _server() as (url, tap):
        for kind in CLIENTS:
            steps = await _steps(kind(), url, tap)
            places = [(place, fault) for place in PLACES for fault in FAULTS]
            found += [await _one(kind(), url, tap, steps, each) for each in places]
            found += [await _login(kind(), url, tap, fault) for fault in LOGIN_FAULTS]
    return found


@asynccontextmanager
async def _server() -> AsyncIterator[tuple[str, Tap]]:
    """PostgreSQL with one table behind a tap; the address of the tap."""
    watchdog, tap = Watchdog(), Tap()
    with tempfile.TemporaryDirectory(prefix="drivers-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)  # noqa: ASYNC240 - nothing else runs; PostgreSQL is another account
        watchdog.watch_directory(directory)
        database = PostgresProcess(directory, watchdog)
        await database.start()
        tap.place(Endpoint("127.0.0.1", free_port()), Endpoint(database.host, database.port))
        await tap.start()
        try:
            async with database.session() as admin:
                await admin.execute("CREATE TABLE driver_faults (n int)")
                await admin.execute("GRANT ALL ON driver_faults TO public")
            yield database.url.replace(f"{database.host}:{database.port}", tap.listen), tap
        finally:
            await tap.close()
            await database.close()
            await watchdog.close()


async def _steps(client: DriverClient, url: str, tap: Tap) -> tuple[ProfiledStatement, ...]:
    """The statements of a transaction without a fault."""
    await client.connect(url)
    await client.work()
    tap.forget()
    await client.work()
    await client.close()
    return tuple(
        ProfiledStatement(one.fingerprint, one.status, one.sql, has_rows=False)
        for one in tap.statements
    )


def _script(steps: tuple[ProfiledStatement, ...], point: str, fault: str) -> CellScript:
    operation = Operation(name="work", method="POST", path="/", effect="write")
    profile = StatementProfile(
        operation=operation, steps=steps, effect=None, answers=(), seconds=0.0
    )
    return CellScript(Cell(operation="work", point=point, fault=fault), profile, DEADLINE)


async def _one(
    client: DriverClient,
    url: str,
    tap: Tap,
    steps: tuple[ProfiledStatement, ...],
    wanted: tuple[str, str],
) -> Entry:
    place, fault = wanted
    (number,) = [n for n, one in enumerate(steps, 1) if one.fingerprint.startswith(place)]
    await client.connect(url)
    await client.work()
    script = _script(steps, str(number), fault)
    tap.script = script
    raised = await _raised(tap, script, client.work())
    after = await _after(tap, client)
    await _let_go(client)
    if not script.bites:
        raised = "the fault did not act"
    return Entry(driver=client.name, place=place, fault=fault, raised=raised, after=after)


async def _login(client: DriverClient, url: str, tap: Tap, fault: str) -> Entry:
    script = _script((), CONNECT, fault)
    tap.script = script
    raised = await _raised(tap, script, client.connect(url))
    await _let_go(client)
    return Entry(driver=client.name, place="login", fault=fault, raised=raised)


async def _raised(tap: Tap, script: CellScript, work: object) -> str:
    """What it raises, while the fault lasts; afterwards the fault is healed."""
    task = asyncio.ensure_future(work)  # type: ignore[call-overload] # an awaitable of a protocol
    await asyncio.wait({task}, timeout=WAITS_SECONDS)
    waits = not task.done()
    script.heal()
    tap.script = Script()
    if waits:
        tap.reset_connections()  # what was held must not arrive
    tap.release(script.id)
    with contextlib.suppress(Exception):
        await task
    if waits:
        return "waits for ever"
    error = task.exception()
    return "no error" if error is None else _name(error)


def _name(error: BaseException) -> str:
    """Its class and SQLSTATE, and those of the first error if another one replaced it."""
    first = error
    while first.__context__ is not None:
        first = first.__context__
    one, other = _class_of(error), _class_of(first)
    return one if one == other else f"{one} over {other}"


def _class_of(error: BaseException) -> str:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    return type(error).__name__ + (f" ({state})" if state else "")


async def _after(tap: Tap, client: DriverClient) -> str:
    """Use the connection twice more, without a fault."""
    if client.closed():
        return "closed"
    tap.forget()
    errors = []
    for _ in range(2):
        try:
            await asyncio.wait_for(client.work(), WAITS_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever a driver raises is the result
            errors.append(error)
    if not errors:
        return "usable"
    if client.closed():
        return "closed, noticed at the next use"
    return f"unusable: {_name(errors[-1])}" if len(errors) > 1 else f"one more {_name(errors[0])}"


async def _let_go(client: DriverClient) -> None:
    with contextlib.suppress(Exception):
        await client.close()
