"""One fault in a lab that somebody else keeps: ``squall inject … --attach compose``."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

from faults import Fault, FaultError, within
from faults.catalogue import entry_of, key_of
from faults.ports import Callers
from harness.core.errors import LabError, UsageError
from harness.core.events import counted
from harness.scenario.lab import Lab, lab
from harness.scenario.lab_options import LabOptions

Say = Callable[[str], None]


async def inject(fault: Fault, options: LabOptions, seconds: float | None, say: Say) -> None:
    """Inject it, hold it for so long or until Ctrl-C, heal it, and say whether it bit.

    Raises:
        UsageError: it needs callers, and nobody calls here.
        LabError: the lab is not up, or is not whole after the heal.
    """
    if entry_of(fault).needs is Callers:
        raise UsageError(f"{key_of(fault)} needs a load; run: squall check --provider compose")
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    async with lab(options, loaded=False) as running:
        try:
            await _held(fault, running, seconds, told, say)
        except FaultError as error:
            raise LabError(f"{key_of(fault)}: {error}") from error
        left = await running.broken()
        if left:
            raise LabError(f"after the heal the lab is not whole: {left}")


async def _held(
    fault: Fault, running: Lab, seconds: float | None, told: asyncio.Event, say: Say
) -> None:
    async with within(fault, running.port_for(fault)) as injection:
        until = "Ctrl-C heals it" if seconds is None else f"for {seconds:g} s"
        say(f"{key_of(fault)} is in force, {until}")
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await told.wait()
        bite = await injection.bite()
    bit = counted(bite.count, bite.what) if bite.count else "nothing"
    say(f"healed; it bit: {bit}")
