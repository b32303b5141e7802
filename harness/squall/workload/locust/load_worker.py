"""Locust's worker: starts a generator, hands it its part of each plan, and sends its records back.

The generator is a process of its own: requests of the open loop must not wait for messages.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from typing import Any

import gevent
from gevent import subprocess
from gevent.fileobject import FileObject
from locust.env import Environment

from squall.core.child_programs import clean_environment, python_module
from squall.workload.locust import load_messages as messages
from squall.workload.locust.parts import boot_id

FLUSH_SECONDS = 0.05


class LoadWorker:
    """Serves one master until it ends."""

    def __init__(self, host: str, port: int) -> None:
        self._generator = subprocess.Popen(
            python_module("squall.workload"),
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._generator.stdout.readline()  # it says that it is ready
        self._lines: list[str] = []
        self._runner = Environment().create_worker_runner(host, port)
        for name in (messages.PLAN, messages.BEHAVE, messages.STOP):
            self._runner.register_message(name, self._pass_on)
        self._runner.register_message(messages.CLOCK, self._tell_clock)

    def serve(self, *, ends_with_input: bool) -> None:
        """Return when the master or the generator has ended, or standard input if it counts."""
        where = {"host": socket.gethostname(), "pid": os.getpid(), "boot": boot_id()}
        self._runner.send_message(messages.HELLO, where)
        ends = [gevent.spawn(self._read), gevent.spawn(self._runner.greenlet.join)]
        gevent.spawn(self._flush_always)
        if ends_with_input:
            ends.append(gevent.spawn(_wait_for_end_of_input))
        gevent.wait(ends, count=1)
        self._generator.kill()
        self._runner.quit()

    def _pass_on(self, environment: Environment, msg: Any, **_more: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        self._generator.stdin.write(json.dumps(msg.data).encode() + b"\n")
        self._generator.stdin.flush()

    def _tell_clock(self, environment: Environment, msg: Any, **_more: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        self._runner.send_message(messages.CLOCK, {**msg.data, "seen": time.monotonic()})

    def _read(self) -> None:
        for line in self._generator.stdout:
            text = line.decode()
            if text.startswith('{"op"'):
                self._lines.append(text.rstrip("\n"))
                continue
            self._flush()  # records before the end of their run
            self._runner.send_message(messages.SAID, json.loads(text))

    def _flush_always(self) -> None:
        while True:
            gevent.sleep(FLUSH_SECONDS)
            self._flush()

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            self._runner.send_message(messages.OPS, lines)


def _wait_for_end_of_input() -> None:
    for _ in FileObject(sys.stdin.fileno(), "rb", closefd=False):
        pass
