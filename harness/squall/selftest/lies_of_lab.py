"""Lies in a running lab: each is planted in its own lab, and an outage runs as usual."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import re
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from squall_faults import AppPause, Crash, Fault, Latency, LockTable, Pause, ReadOnly

from squall.core import events
from squall.core.clock import Clock
from squall.lab.lab import Lab
from squall.lab.lab_options import LabOptions
from squall.selftest.planting import (
    SOON_SECONDS,
    FastClock,
    Lying,
    at_first,
    do_nothing,
    kill_child,
    replace_port,
    send_to_child,
    start_beside,
)

Plant = Callable[[Lab], Awaitable[events.Listener | None]]

STATIC = shlex.join([sys.executable, "-m", "squall.selftest.static_page"]) + " {port}"
EMPTY = """DO $$ DECLARE one text; BEGIN
 FOR one IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
 LOOP EXECUTE 'TRUNCATE ' || one || ' CASCADE'; END LOOP; END $$"""
END_SESSIONS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE application_name = 'squall-fault' AND pid <> pg_backend_pid()"""
SLOW = Latency(latency_ms=30)
STEPS_SECONDS = 0.6


async def _nothing(_: Lab) -> None:
    """Plant nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LabLie:
    """What is planted, and the fault that the lab gets."""

    plant: Plant = _nothing
    fault: Fault = SLOW
    clock: Callable[[], Clock] | None = None
    options: Callable[[LabOptions], LabOptions] | None = None
    """Options of the lab, for lies that exist before it starts."""


def _port(**instead: Callable[..., Awaitable[object]]) -> Plant:
    async def plant(lab: Lab) -> None:
        replace_port(lab, lambda real: Lying(real, **instead))

    return plant


def _undone_by(undo: str) -> Plant:
    """Shortly after the component did what the fault requested, call its method ``undo``."""

    async def plant(lab: Lab) -> events.Listener:
        parts: list[Any] = []

        def keep(real: Any) -> object:  # noqa: ANN401 - any part
            parts.append(real)
            return real

        replace_port(lab, keep)

        async def undo_it() -> None:
            await getattr(parts[-1], undo)()

        return at_first(events.FaultInjected, undo_it, after=SOON_SECONDS)

    return plant


def _during(deed: Callable[[Lab], Awaitable[object]], after: float = SOON_SECONDS) -> Plant:
    async def plant(lab: Lab) -> events.Listener:
        return at_first(events.FaultInjected, lambda: deed(lab), after=after)

    return plant


async def _remove_toxics(lab: Lab) -> None:
    proxy: Any = lab.port_for(SLOW)
    for name in (await proxy.in_force()).toxics:
        await proxy.remove_toxic(name)


async def _sql(lab: Lab, statement: str) -> None:
    async with lab.database.session() as session:
        await session.execute(statement)


async def _empty(lab: Lab) -> None:
    await _sql(lab, EMPTY)


async def _end_sessions(lab: Lab) -> None:
    await _sql(lab, END_SESSIONS)


async def _allow_writes(lab: Lab) -> None:
    await _sql(lab, "ALTER SYSTEM RESET default_transaction_read_only")
    await _sql(lab, "SELECT pg_reload_conf()")


async def _cut_log(lab: Lab) -> None:
    os.truncate(lab.app.log_path, 0)


async def _restart_app(lab: Lab, **changes: object) -> None:
    for name, value in changes.items():
        setattr(lab.app, name, value)
    await lab.app.crash()
    await lab.app.revive()


async def _go_around_the_proxy(lab: Lab) -> None:
    direct = dict(getattr(lab.app, "_environment"))  # noqa: B009 - what a lab hides from all others
    for name, value in direct.items():
        if value == lab.app_database_url:
            direct[name] = lab.database.url
    await _restart_app(lab, _environment=direct)


async def _become_a_static_page(lab: Lab) -> None:
    await _restart_app(lab, _target=STATIC)


async def _give_the_port_away(lab: Lab) -> None:
    await lab.app.crash()
    setattr(lab.app, "meant_to_be_down", False)  # noqa: B010 - its exit was not requested
    await start_beside(*shlex.split(STATIC.format(port=lab.app.port)))


async def _look_elsewhere(lab: Lab) -> None:
    lab.observer.look_at(re.sub(r"/\w+\?", "/postgres?", lab.database.admin_url))


async def _send_a_quarter(lab: Lab) -> None:
    start = lab.workload.start

    async def quarter(plan: Any) -> None:  # noqa: ANN401 - LoadPlan
        rate = plan.rate_per_second / 4
        await start(dataclasses.replace(plan, rate_per_second=rate))

    setattr(lab.workload, "start", quarter)  # noqa: B010 - a method is replaced


def _records(change: Callable[[dict[str, Any]], bool]) -> Plant:
    """Apply ``change`` to each record of the generator. A record is dropped unless it
    returns true.
    """

    async def plant(lab: Lab) -> None:
        take = getattr(lab.workload, "_take")  # noqa: B009 - hidden from all others
        setattr(lab.workload, "_take", lambda plain: change(plain) and take(plain))  # noqa: B010

    return plant


def _drop_some(plain: dict[str, Any]) -> bool:
    return bool(plain["id"] % 3)


def _an_hour_ahead(plain: dict[str, Any]) -> bool:
    plain.update({name: plain[name] + 3600 for name in ("intended", "sent", "done")})
    return True


def _politely_late(plain: dict[str, Any]) -> bool:
    """Behave like a generator that waits for answers: the intended time is the time of sending."""
    plain.update({name: plain[name] + 0.01 for name in ("intended", "sent", "done")})
    return True


async def _starve(_: Lab) -> events.Listener:
    async def stop_and_go() -> None:
        send_to_child(signal.SIGSTOP, "squall.workload")
        await asyncio.sleep(3 * SOON_SECONDS)
        send_to_child(signal.SIGCONT, "squall.workload")

    return at_first(events.FaultInjected, stop_and_go)


LIES: dict[str, LabLie] = {
    "the engine takes a toxic and does nothing": LabLie(plant=_port(add_toxic=do_nothing)),
    "somebody removes the toxic during the fault": LabLie(plant=_during(_remove_toxics)),
    "the heal is claimed and not done": LabLie(plant=_port(remove_toxic=do_nothing)),
    "the crashed server is started too early": LabLie(fault=Crash(), plant=_undone_by("start")),
    "the frozen server goes on too early": LabLie(fault=Pause(), plant=_undone_by("resume")),
    "the frozen app goes on too early": LabLie(fault=AppPause(), plant=_undone_by("resume")),
    "the read-only server takes writes too early": LabLie(
        fault=ReadOnly(), plant=_during(_allow_writes)
    ),
    "the session that holds the lock is ended": LabLie(
        fault=LockTable(), plant=_during(_end_sessions)
    ),
    "the app goes around the proxy": LabLie(plant=_go_around_the_proxy),
    "the app is a static page from the start": LabLie(
        options=lambda given: dataclasses.replace(
            given, profile=dataclasses.replace(given.profile, app=STATIC, factory=False)
        )
    ),
    "the app becomes a static page": LabLie(plant=_become_a_static_page),
    "another app takes the port": LabLie(plant=_give_the_port_away),
    "the observer looks at another database": LabLie(plant=_look_elsewhere),
    "the database is emptied during the run": LabLie(plant=_during(_empty)),
    "a quarter of the load is sent": LabLie(plant=_send_a_quarter),
    "every third record is lost": LabLie(plant=_records(_drop_some)),
    "the generator's clock is an hour ahead": LabLie(plant=_records(_an_hour_ahead)),
    "the generator waits for answers": LabLie(plant=_records(_politely_late)),
    "the generator is starved": LabLie(plant=_starve),
    "the harness's clock is ten times too fast": LabLie(clock=FastClock),
    "the engine is killed": LabLie(plant=_during(lambda _: kill_child("squall_faults.proxy"))),
    "PostgreSQL is killed": LabLie(plant=_during(lambda _: kill_child("postgres", "-D"))),
    "the generator is killed": LabLie(plant=_during(lambda _: kill_child("squall.workload"))),
    "the watchdog is killed": LabLie(plant=_during(lambda _: kill_child("watchdog_main"))),
    "the app's log is cut during the run": LabLie(plant=_during(_cut_log)),
}
"""By what is planted."""
