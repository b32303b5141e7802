"""The harness's side of the load generator: start its process, send it plans, collect
operations.
"""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from squall.core.child_programs import clean_environment, python_module, signal_child
from squall.core.errors import LabError, describe_end
from squall.core.secrets import redact
from squall.history.op import Op, Outcome
from squall.workload.again import wanted_again
from squall.workload.plan import LoadPlan, WorkloadReport

READY_SECONDS = 20.0
LINE_LIMIT = 16 * 1024 * 1024


class Workload:
    """One generator process, which runs one plan at a time. Implements the port ``LoadClient``."""

    def __init__(
        self, command: Sequence[str] = (), *, ready_seconds: float = READY_SECONDS, route: str = ""
    ) -> None:
        """``command``: another generator with the same lines, such as Locust's master. ``route``:
        that of every plan.
        """
        self._route = route
        self._command = list(command) or python_module("squall.workload")
        self._asks_again = not command
        self._ready_seconds = ready_seconds
        self._trouble = ""
        """Why it is not ready, as far as it says so."""
        self.ops: list[Op] = []
        self._streams = 0
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._ended: asyncio.Future[dict[str, Any]] | None = None
        self._patience = 0.0
        self._closing = False

    async def start_process(self) -> int:
        """Start it in its own session, which the terminal's Ctrl-C does not reach. Returns its
        number.
        """
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=clean_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            start_new_session=True,
        )
        self._reading = asyncio.get_running_loop().create_task(self._read())
        return self._process.pid

    @property
    def unasked_end(self) -> str:
        """How the process exited before it was closed; empty if it did not."""
        code = None if self._process is None else self._process.returncode
        return "" if code is None or self._closing else describe_end(code)

    async def ready(self) -> None:
        """Return when it can accept a plan.

        Raises:
            LabError: it died, or did not answer in time.
        """
        try:
            async with asyncio.timeout(self._ready_seconds):
                await self._ready.wait()
        except TimeoutError:
            why = f": {self._trouble}" if self._trouble else ""
            raise LabError(
                f"the workload process was not ready in {self._ready_seconds:g} s{why}"
            ) from None
        if self._process is None or self._process.returncode is not None:
            raise LabError("the workload process died at its start; run it by hand to see why:"
                           f" {shlex.join(self._command)}")  # fmt: skip

    async def start(self, plan: LoadPlan) -> None:
        """Start a run. Its operations are in :attr:`ops` within about 20 ms."""
        await self.ready()
        self.ops = []
        self._streams = 0
        self._patience = plan.timeout_seconds
        self._ended = asyncio.get_running_loop().create_future()
        await self._tell({"run": replace(plan, route=self._route).to_dict()})

    async def stop(self, at: float) -> WorkloadReport:
        """Stop sending at ``at``, wait for requests in progress, and report.

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

    async def wait_until_ended(self) -> None:
        """Return when the plan has ended; ``stop`` then reports at once."""
        if self._ended is not None:
            await asyncio.wait({self._ended}, timeout=self._patience + 10)

    async def hang_up(self, share: float, after_seconds: float) -> None:
        """Let this share of clients disconnect this long after sending; 0 ends that."""
        await self._tell({"behave": {"share": share, "after_seconds": after_seconds}})

    async def multiply(self, factor: float, *, writes: bool = False) -> None:
        """Offer ``factor`` times the planned load; 1 ends the spike. ``writes``: what is beyond the
        plan is writes only.
        """
        more = {"factor": 1, "write_factor": factor} if writes else {"factor": factor}
        await self._tell({"behave": {"write_factor": 1, **more}})

    async def repeat(
        self,
        share: float,
        after_seconds: float,
        *,
        another_body: bool = False,
        rivals: bool = False,
    ) -> None:
        """Let this share of clients repeat a write this long after the first; 0 ends that."""
        told: dict[str, Any] = {"repeat_share": share, "repeat_seconds": after_seconds}
        told |= {"repeat_another_body": another_body, "repeat_rivals": rivals}
        await self._tell({"behave": told})

    async def retry_failed(self, share: float, after_seconds: float) -> None:
        """Let this share of clients send a write again that failed; 0 ends that."""
        await self._tell({"behave": {"retry_share": share, "retry_seconds": after_seconds}})

    async def ask_for_nothing(self, times: float) -> None:
        """Send this many times the planned requests for things that do not exist; 0 ends that."""
        await self._tell({"behave": {"nothing_times": times}})

    async def asked_for_nothing(self) -> int:
        """Requests for things that do not exist that were answered so far, in this run."""
        return sum(op.for_nothing and op.status is not None for op in self.ops)

    async def ask_again(self, failed: Iterable[Op]) -> bool:
        """Ask for what these operations asked for, once. False if the generator cannot do that."""
        if not self._asks_again:
            return False
        wanted = [wanted_again(op) for op in failed]
        await self._tell({"again": wanted})
        return True

    async def repeated(self) -> int:
        """Number of repeats in this run that have ended so far."""
        return sum(op.repeats is not None or op.is_rival for op in self.ops)

    async def hold_streams(self, count: int) -> None:
        """Keep this many answers without an end open; 0 lets them go."""
        await self._tell({"behave": {"held_streams": count}})

    async def hold_bodies(self, count: int) -> None:
        """Keep this many requests unfinished; 0 lets them go."""
        await self._tell({"behave": {"held_bodies": count}})

    async def opened_streams(self) -> int:
        """Streams and unfinished requests that were opened and held so far, in this run."""
        return self._streams

    async def cancelled_requests(self) -> int:
        """Number of requests cancelled by clients in this run so far."""
        return sum(op.client_cancelled for op in self.ops)

    async def extra(self) -> int:
        """Number of additional requests in this run that have ended so far."""
        return sum(op.extra for op in self.ops)

    async def close(self) -> None:
        """End the process."""
        self._closing = True
        if self._process is None:
            return
        signal_child(self._process)
        await self._process.wait()
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=1)
        if self._ended is not None and self._ended.done():
            self._ended.exception()  # mark as retrieved: a discarded run has no report

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
            elif "unready" in message:
                self._ready.clear()
                self._trouble = message["unready"]
            elif "op" in message:
                self._take(message["op"])
            elif "streams" in message:
                self._streams = message["streams"]
            elif self._ended is not None and not self._ended.done():
                self._end(self._ended, message)
            else:
                self._trouble = message.get("failed", "")
        await self._process.wait()
        self._ready.set()
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(LabError("the workload process died during a run"))

    def _end(self, ended: asyncio.Future[dict[str, Any]], message: dict[str, Any]) -> None:
        if "failed" in message:
            ended.set_exception(LabError(f"the workload ended early: {message['failed']}"))
        else:
            ended.set_result(message["ended"])

    def _take(self, plain: dict[str, Any]) -> None:
        hidden: dict[str, Any] = {
            name: redact(plain[name]) for name in ("body", "headers") if name in plain
        }
        op = Op(**{**plain, **hidden, "outcome": Outcome(plain["outcome"])})
        self.ops.append(op)
