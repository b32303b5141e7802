"""The first contact with an app: its operations, and whether they reach its database.

An outage without an effect proves nothing, so this is checked before the first outage.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from squall_faults.ports import Traffic

from squall.config.profile import AppProfile
from squall.core.errors import LabError
from squall.history.coverage import Coverage
from squall.lab import app_log, readiness
from squall.lab.discovery import Discovery, discover
from squall.lab.made_rows import RowSource
from squall.lab.observer import Observer
from squall.lab.operation_search import KeySource, no_keys
from squall.lab.providers.attached.attach import Attach
from squall.lab.user_tables import RunSql

ASK_AGAIN_SECONDS = 0.3
LOGIN = "login:"
"""Notes on the search for a login begin so."""
LOG_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class AppAccess:
    """What is known of an app in addition to its answers."""

    traffic: Callable[[], Awaitable[Traffic]]
    """The traffic through the proxy in front of its database."""
    log: Path
    attach: Attach | None
    """Whether the app was started by someone else."""
    keys: KeySource = no_keys
    """Primary and unique keys in its database, for parameters that have no other source."""
    run_sql: RunSql | None = None
    """Changes its database; None if that is the user's own."""
    made: RowSource | None = None
    """Finds what a request made in its database; None if that is the user's own."""
    encrypted: Callable[[], Awaitable[int]] | None = None
    """Counts its encrypted sessions; None where none can be."""

    @classmethod
    def of(
        cls,
        traffic: Callable[[], Awaitable[Traffic]],
        log: Path,
        attach: Attach | None,
        observer: Observer,
        made: RowSource,
    ) -> AppAccess:
        """Keys in the user's own database are not read, and nothing in it is changed."""
        if attach is not None:
            return cls(traffic, log, attach, encrypted=observer.encrypted_sessions)
        return cls(traffic, log, None, keys=observer.keys, run_sql=observer.run, made=made)


async def verify_database_is_used(
    profile: AppProfile, base_url: str, seed: int, talk: AppAccess
) -> Discovery:
    """Discover the operations of the app.

    Raises:
        LabError: there are none, or none that reaches the database through its proxy; the message
            shows problems from the app's log.
    """
    if talk.encrypted is not None:
        talk = replace(talk, traffic=_unread_if_encrypted(talk.traffic, talk.encrypted))
    try:
        return await _verify(profile, base_url, seed, talk)
    except LabError as error:
        raise LabError(f"{error}{await _last_log_problem(talk.log, profile)}") from error


def _unread_if_encrypted(
    traffic: Callable[[], Awaitable[Traffic]], encrypted: Callable[[], Awaitable[int]]
) -> Callable[[], Awaitable[Traffic]]:
    """Statements that TLS hides are not known, which is something else than none."""

    async def seen() -> Traffic:
        now = await traffic()
        hidden = not now.statements and await encrypted()
        return replace(now, statements=None) if hidden else now

    return seen


async def _last_log_problem(log: Path, profile: AppProfile) -> str:
    """The last unhandled error of the app. A server may log it after its answer."""
    found: list[str] = []

    async def told() -> bool:
        found[:] = app_log.problems(log, 0, profile.unhandled_patterns)
        return bool(found)

    said = await readiness.wait_until(told, LOG_SECONDS)
    return f"\n  the app's log tells of: {found[-1]}" if said else ""


async def _verify(profile: AppProfile, base_url: str, seed: int, talk: AppAccess) -> Discovery:
    discovery = await _discover_patiently(profile, base_url, seed, talk)
    now = await talk.traffic()
    if talk.attach is not None and not now.accepted:
        raise LabError(
            "the app answers, and nothing of it passed the proxy to its database; start it with\n"
            f"    {talk.attach.database_for_the_app}\n"
            "  for its database's address, and run this again"
        )
    refuse_untouched(discovery.profile, discovery.coverage)
    if talk.attach is not None:
        return discovery  # its log may tell of outages that it had before
    known = app_log.calm_problems(talk.log, profile.unhandled_patterns)
    contract = replace(discovery.profile.contract, calm_problems=known)
    return replace(discovery, profile=replace(discovery.profile, contract=contract))


def refuse_untouched(profile: AppProfile, coverage: Coverage) -> None:
    """Refuse a load of which nothing touches the database.

    Raises:
        LabError: with what is left out, and why.
    """
    if coverage.untouched:
        raise LabError(_untouched_message(profile, coverage))


async def _discover_patiently(
    profile: AppProfile, base_url: str, seed: int, talk: AppAccess
) -> Discovery:
    """An app that was already running may notice its database only now."""
    ends = time.monotonic() + (0.0 if talk.attach is None else talk.attach.wait_seconds)
    while True:
        try:
            log = app_log.NewProblems(talk.log, profile.unhandled_patterns)
            return await discover(
                profile, base_url, seed, talk.traffic, talk.keys, log.last, talk.run_sql, talk.made
            )
        except LabError:
            if time.monotonic() > ends:
                raise
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def _untouched_message(profile: AppProfile, coverage: Coverage) -> str:
    asked = ", ".join(f"{one.method} {one.path}" for one in profile.operations)
    left = [f"    {name}: {why}" for name, why in coverage.left_out.items()]
    left += [f"  {note}" for note in coverage.notes if note.startswith(LOGIN)]
    rest = "\n".join(["; left out:", *left]) if left else ""
    return (
        f"nothing that can be requested touches the database: {asked}{rest}\n"
        "  pass credentials with --header or [[tool.squall.login]], allow --writes, or declare"
        " operations; if these do use a database, it is not the one that was given:"
        " --database-env"
    )
