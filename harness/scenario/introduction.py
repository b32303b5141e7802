"""The first talk with an app: what it can be asked, and whether that reaches its database.

An outage that nobody can notice proves nothing, so this is told before the first one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from faults.ports import Traffic
from harness.core.errors import LabError
from harness.providers import app_log, readiness
from harness.scenario.attached import Attach
from harness.scenario.discover import Discovery, discovered
from harness.scenario.profile import AppProfile

ASK_AGAIN_SECONDS = 0.3
LOG_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Talk:
    """What there is to know of an app besides its answers."""

    traffic: Callable[[], Awaitable[Traffic]]
    """What has passed the proxy to its database."""
    log: Path
    attach: Attach | None
    """It was started by somebody else."""


async def introduced(profile: AppProfile, base_url: str, seed: int, talk: Talk) -> Discovery:
    """What the app can be asked.

    Raises:
        LabError: nothing, or nothing that asks the database through its proxy; with what the app's
            log tells of.
    """
    try:
        return await _introduced(profile, base_url, seed, talk)
    except LabError as error:
        raise LabError(f"{error}{await _told(talk.log, profile)}") from error


async def _told(log: Path, profile: AppProfile) -> str:
    """The last thing that the app did not handle; a server may log that after its answer."""
    found: list[str] = []

    async def told() -> bool:
        found[:] = app_log.problems(log, 0, profile.unhandled_patterns)
        return bool(found)

    said = await readiness.until(told, LOG_SECONDS)
    return f"\n  the app's log tells of: {found[-1]}" if said else ""


async def _introduced(profile: AppProfile, base_url: str, seed: int, talk: Talk) -> Discovery:
    if profile.operations:
        return await discovered(profile, base_url, seed)
    idle = await talk.traffic()
    discovery = await _patiently(profile, base_url, seed, talk.attach)
    now = await talk.traffic()
    if talk.attach is not None and not now.accepted:
        raise LabError(
            "the app answers, and nothing of it passed the proxy to its database; start it with\n"
            f"    {talk.attach.database_for_the_app}\n"
            "  for its database's address, and run this again"
        )
    if now.statements is not None and now.statements == idle.statements:
        raise LabError(_untouched(discovery))
    return discovery


async def _patiently(
    profile: AppProfile, base_url: str, seed: int, attach: Attach | None
) -> Discovery:
    """One that runs already may notice its database only now."""
    ends = time.monotonic() + (0.0 if attach is None else attach.wait_seconds)
    while True:
        try:
            return await discovered(profile, base_url, seed)
        except LabError:
            if time.monotonic() > ends:
                raise
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def _untouched(discovery: Discovery) -> str:
    asked = ", ".join(f"{one.method} {one.path}" for one in discovery.profile.operations)
    rest = "\n".join(f"    {name}: {why}" for name, why in discovery.left_out.items())
    return (
        f"nothing that can be asked touches the database: {asked}; not asked:\n{rest}\n"
        "  give a right with --header or [[tool.squall.login]], allow --writes, or declare"
        " operations; if these do use a database, it is not the one that was given:"
        " --database-env"
    )
