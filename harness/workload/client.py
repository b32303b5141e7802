"""The harness's side of the generator: start its process, hand it plans, collect operations."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from harness.core.errors import LabError
from harness.history.op import Op, Outcome
from harness.workload.plan import Plan, WorkloadReport

READY_SECONDS = 20.0
LINE_LIMIT = 16 * 1024 * 1024


class Workload:
    """One generator process; runs one plan at a time. Implements ``faults.ports.Callers``."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._ended: asyncio.Future[dict[str, Any]] | None = None
        self._on_op: Callable[[Op], None] | None = None
        self._patience = 0.0

    async def start_process(self, on_spawn: Callable[[int], None]) -> None:
        """Start it in a session of its own, so that the terminal's Ctrl-C does not reach it."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "harness.workload",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            start_new_session=True,
        )
        on_spawn(self._process.pid)
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def ready(self) -> None:
        """Return once it can take a plan.

        Raises:
            LabError: it died, or did not answer in time.
        """
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._ready.wait()
        except TimeoutError:
            raise LabError(f"the workload process was not ready in {READY_SECONDS:g} s") from None
        if self._process is None or self._process.returncode is not None:
            raise LabError("the workload process died at its start; run it by hand to see why:"
                           f" {sys.executable} -m harness.workload")  # fmt: skip

    async def start(self, plan: Plan, on_op: Callable[[Op], None] | None = None) -> None:
        """Begin a run; ``on_op`` hears of each operation within some 20 ms."""
        await self.ready()
        self.ops = []
        self._on_op = on_op
        self._patience = plan.timeout_seconds
        self._ended = asyncio.get_running_loop().create_future()
        await self._tell({"run": plan.to_dict()})

    async def stop(self, at: float) -> WorkloadReport:
        """Send nothing from ``at`` on, wait for what is under way, and report.

        Raises:
            LabError: the process died or does not answer.
        """
        if self._ended is None:
            raise LabError("the workload was not started")
        await self._tell({"stop": {"at": at}})
        try:
            async with asyncio.timeout(self._patience + 10):
                ended = await asyncio.shield(self._ended)
        except TimeoutError:
            raise LabError("the workload process did not end its run") from None
        return WorkloadReport(ops=tuple(self.ops), **ended)

    async def hang_up(self, share: float, after_seconds: float) -> None:
        """Let this share of callers hang up so long after sending; 0 makes them polite again."""
        await self._tell({"behave": {"share": share, "after_seconds": after_seconds}})

    async def multiply(self, factor: float) -> None:
        """Offer ``factor`` times the planned load; 1 ends the spike."""
        await self._tell({"behave": {"factor": factor}})

    async def cut_short(self) -> int:
        """Calls that were hung up so far, in this run."""
        return sum(op.hung_up for op in self.ops)

    async def extra(self) -> int:
        """Calls beyond the planned load that ended so far, in this run."""
        return sum(op.extra for op in self.ops)

    async def close(self) -> None:
        """End the process."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=1)
        if self._ended is not None and self._ended.done():
            self._ended.exception()  # mark as seen: a run that is thrown away has no report

    async def _tell(self, message: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            raise LabError("the workload process was not started")
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError as error:
            raise LabError("the workload process died") from error

    async def _read(self) -> None:
        if self._process is None or self._process.stdout is None:
            return
        while line := await self._process.stdout.readline():
            message = json.loads(line)
            if "ready" in message:
                self._ready.set()
            elif "op" in message:
                self._take(message["op"])
            elif self._ended is not None and not self._ended.done():
                self._ended.set_result(message["ended"])
        await self._process.wait()
        self._ready.set()
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(LabError("the workload process died during a run"))

    def _take(self, plain: dict[str, Any]) -> None:
        op = Op(**{**plain, "outcome": Outcome(plain["outcome"])})
        self.ops.append(op)
        if self._on_op is not None:
            self._on_op(op)
