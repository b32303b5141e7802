"""One fault in a lab that Squall did not start: ``squall inject … --attach compose``."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

from squall_faults import Fault, FaultError, within
from squall_faults.catalogue import entry_of, key_of
from squall_faults.ports import LoadClient

from squall.core.counting import counted
from squall.core.errors import LabError, UsageError
from squall.lab.lab import Lab, lab
from squall.lab.lab_options import LabOptions

Say = Callable[[str], None]


async def inject(fault: Fault, options: LabOptions, seconds: float | None, say: Say) -> None:
    """Inject the fault, hold it for its duration or until Ctrl-C, heal it, and report its effect.

    Raises:
        UsageError: the fault needs a load, and this lab has none.
        LabError: the lab is not up, or is not intact after the heal.
    """
    if entry_of(fault).needs is LoadClient:
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
    say(f"healed; effect: {bit}")
