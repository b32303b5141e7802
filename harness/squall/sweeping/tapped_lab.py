"""A lab whose database is reached through a tap, with logical decoding of its changes."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from squall_faults.errors import InjectionFailed

from squall.core.errors import LabError
from squall.core.ids import lab_id
from squall.lab import readiness
from squall.lab.lab import Lab, lab
from squall.lab.lab_options import LabOptions
from squall.sweeping import change_log, follow_up
from squall.sweeping.change_log import ChangeLog
from squall.sweeping.client import PATIENCE_FACTOR, Client, ReceivedAnswer
from squall.sweeping.requests_of import RequestSource
from squall.sweeping.tap import Tap
from squall.workload.operations import Operation, PlannedRequest

LISTEN_SECONDS = 3.0


@dataclass(slots=True, kw_only=True)
class TappedLab:
    """The lab for sweep and races."""

    lab: Lab
    tap: Tap
    client: Client
    source: RequestSource
    changes: ChangeLog | None
    """None if the server cannot report what was committed."""
    why_no_changes: str = ""
    listeners: int = 0
    """Sessions that listened before the first fault: one that is lost may never come back."""

    @property
    def deadline(self) -> float:
        """The app's deadline in seconds."""
        return self.lab.profile.contract.deadline_seconds

    async def prepare(self, operation: Operation) -> PlannedRequest:
        """The next request of this kind, after the one that it follows."""
        return await follow_up.prepare(self.client, self.source, operation)

    async def ask(self, operation: Operation) -> ReceivedAnswer:
        """The answer to a request without a fault."""
        return await follow_up.ask(self.client, self.source, operation)

    async def count_listeners(self) -> None:
        """Before the first fault."""
        held = await self.lab.observer.at_rest()
        self.listeners = max(self.listeners, 0 if held is None else held["listeners"])

    async def log_in_again(self) -> None:
        """Log in with every role: its users may be among the rows that were put back.

        Raises:
            LabError: a login is refused.
        """
        await self.lab.renew_rights(math.inf)
        self.source.makers = {one.name: one for one in self.lab.profile.operations}

    async def restart_app(self) -> None:
        """Start a new process if Squall started the app; else close its connections.

        Raises:
            LabError: it does not come back.
        """
        if self.lab.options.attach is not None:
            self.tap.reset_connections()
            return
        await self.lab.app.crash()
        await self.lab.app.revive()
        await self.lab.ensure_app()


@asynccontextmanager
async def tapped_lab(options: LabOptions) -> AsyncIterator[TappedLab]:
    """A tapped lab for the length of a block. Afterwards nothing is left.

    Raises:
        LabError: a component does not start, or the tap cannot replace the proxy.
    """
    async with AsyncExitStack() as stack:
        tap = Tap()

        async def take_over(running: Lab) -> None:
            if options.attach is None:
                await change_log.enable(running)
            tap.place(*await running.hand_over_database_proxy(tap.traffic))
            await _listen(tap)

        stack.push_async_callback(tap.close)
        running = await stack.enter_async_context(
            lab(options, introduced=False, before_app=take_over)
        )
        changes, why = None, ""
        try:
            changes = await stack.enter_async_context(change_log.change_log(running))
        except (LabError, InjectionFailed) as error:
            why = str(error)
        await running.introduce()
        patience = running.profile.contract.deadline_seconds * PATIENCE_FACTOR
        base_url = f"http://{running.app.host}:{running.app.port}"
        client = Client(base_url, running.profile.refused_statuses, patience)
        yield TappedLab(
            lab=running,
            tap=tap,
            client=await stack.enter_async_context(client),
            source=RequestSource(
                options.seed,
                f"sweep-{lab_id()}",
                makers={one.name: one for one in running.profile.operations},
            ),
            changes=changes,
            why_no_changes=why,
        )


async def _listen(tap: Tap) -> None:
    """The engine may need a moment to release the address."""

    async def listens() -> bool:
        try:
            await tap.start()
        except OSError:
            return False
        return True

    if not await readiness.wait_until(listens, LISTEN_SECONDS):
        raise LabError(f"{tap.listen} is taken: the statements cannot be taken over")
