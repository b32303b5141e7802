"""The commands that prepare an app's database, such as ``alembic upgrade head``."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping
from pathlib import Path

from harness.core.errors import LabError
from harness.providers.hints import startup_hint
from harness.providers.process.child import Child
from harness.providers.process.keeper import Keeper
from harness.scenario.profile import AppProfile

SETUP_SECONDS = 120.0
HINT_LINES = 200


async def run_setup(
    profile: AppProfile, environment: Mapping[str, str], log: Path, keeper: Keeper
) -> None:
    """Run each command of the profile in turn, against the database itself.

    Raises:
        LabError: one failed or took too long, with its last words.
    """
    for command in profile.setup:
        child = Child(f"the setup {command!r}", log, keeper)
        await child.start(shlex.split(command), environment=environment, cwd=profile.cwd)
        try:
            async with asyncio.timeout(SETUP_SECONDS):
                code = await child.process.wait()
        except TimeoutError:
            await child.kill()
            code = None
        if code != 0:
            ended = "took too long" if code is None else f"ended with exit code {code}"
            hint = startup_hint(child.tail(HINT_LINES)).rstrip()
            told = f"{child.name} {ended}; its last words:\n{child.tail()}"
            raise LabError(f"{told}\n{hint}" if hint else told)
