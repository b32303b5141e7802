"""The generator's process: plans in, operations out, one JSON object a line.

    stdin   {"run": {plan}}   {"behave": {…}}   {"again": […]}   {"stop": {"at": t}}
    stdout  {"ready": true}   {"op": {…}} …   {"streams": n} …
            {"ended": {"unsent": n, …}} or {"failed": "…"}

It has a process of its own so that nobody's event loop makes its requests late, and it is reused
for all runs of a lab, because importing an HTTP client takes longer than a short outage.
"""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import json
import os
import sys
from typing import Any

from squall.history.op import Op
from squall.workload.open_loop import OpenLoop
from squall.workload.pace import Pace
from squall.workload.plan import LoadPlan

FLUSH_SECONDS = 0.02


class Worker:
    """Serves one harness until it closes standard input or exits."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lines: list[str] = []
        self._flushing = False
        self._pace = Pace()
        self._current: OpenLoop | None = None
        self._streams = 0
        self._running: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Execute the lines of standard input."""
        reader = asyncio.StreamReader(limit=16 * 1024 * 1024)
        await self._loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
        )
        self._say({"ready": True})
        while line := await reader.readline():
            message: dict[str, Any] = json.loads(line)
            if "stop" in message and self._current is not None:
                self._current.stop(message["stop"]["at"])
            if "again" in message and self._current is not None:
                self._current.ask_again(message["again"])
            if "behave" in message and self._current is not None:
                for name, value in message["behave"].items():
                    setattr(self._current.behaviour, name, value)
            if "run" in message:
                self._running = self._loop.create_task(
                    self._run(LoadPlan.from_dict(message["run"]))
                )
        if self._running is not None:
            self._running.cancel()

    async def _run(self, plan: LoadPlan) -> None:
        self._current = OpenLoop(plan, self._report, self._pace, self._opened_stream)
        self._streams = 0
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            await self._current.run()
        except Exception as error:  # noqa: BLE001 - reported to the harness, which ends the run
            self._say({"failed": f"{type(error).__name__}: {error}"[:500]})
            return
        finally:
            gc.enable()
        lags = sorted(self._current.lags)
        lag = lags[min(len(lags) - 1, int(len(lags) * 0.99))] if lags else 0.0
        ended = {
            "unsent": self._current.unsent,
            "offered": self._current.offered,
            "lag_p99_seconds": lag,
        }
        self._say({"ended": ended})

    def _opened_stream(self) -> None:
        self._streams += 1
        self._say({"streams": self._streams})

    def _report(self, op: Op) -> None:
        self._lines.append(json.dumps({"op": dataclasses.asdict(op)}))
        if not self._flushing:
            self._flushing = True
            self._loop.call_later(FLUSH_SECONDS, self._flush)

    def _say(self, message: dict[str, Any]) -> None:
        self._lines.append(json.dumps(message))
        self._flush()

    def _flush(self) -> None:
        self._flushing = False
        text = "".join(line + "\n" for line in self._lines)
        self._lines.clear()
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            os._exit(0)  # the harness is gone; nothing reads the rest


async def serve() -> None:
    """Run one worker."""
    await Worker().serve()
