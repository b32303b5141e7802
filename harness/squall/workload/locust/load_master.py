"""Locust's master, which the harness uses like one generator: the same lines in and out.

    stdin   {"run": {plan}}   {"behave": {…}}   {"stop": {"at": t}}
    stdout  {"ready": true}   {"unready": "why"}   {"op": {…}} …   {"streams": n} …
            {"ended": {"unsent": n, "lost": […], …}} or {"failed": "…"}

A worker that ends is lost for its run. One of this machine is started again; the master is ready
when as many as expected are there.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import gevent
from gevent.fileobject import FileObject
from locust.env import Environment
from locust.runners import STATE_MISSING

from squall.workload.locust import load_messages as messages
from squall.workload.locust.load_run import LoadRun
from squall.workload.locust.local_workers import LocalWorkers
from squall.workload.locust.parts import boot_id, clock_ahead, on_own_clock, plan_of_part

LOOK_SECONDS = 0.1
CLOCK_ROUNDS = 8
MAX_CLOCK_ERROR_SECONDS = 0.02
"""Half the round trip to a worker. A clock that is known less well would blur response times."""


@dataclass(slots=True, eq=False)
class Member:
    """One worker that is connected."""

    node: str
    """Locust's name of it."""
    host: str
    pid: int
    same_clock: bool
    rounds: list[tuple[float, float, float]] = field(default_factory=list)
    ahead: float = 0.0

    @property
    def name(self) -> str:
        """For people."""
        return f"worker {self.pid} on {self.host}"

    @property
    def ready(self) -> bool:
        """Whether its clock is known."""
        return self.same_clock or len(self.rounds) >= CLOCK_ROUNDS


class LoadMaster:
    """Serves one harness until it closes standard input."""

    def __init__(self, host: str, port: int, *, local: int, remote: int) -> None:
        self._expected = local + remote
        self._runner = Environment().create_master_runner(host, port)
        self._members: list[Member] = []
        self._run: LoadRun | None = None
        self._sent_to: list[Member] = []
        self._was_ready = False
        listeners = {
            messages.HELLO: self._meet, messages.CLOCK: self._take_clock,
            messages.OPS: self._take_ops, messages.SAID: self._hear,
        }  # fmt: skip
        for name, listener in listeners.items():
            self._runner.register_message(name, listener)
        self._local = LocalWorkers(local, "127.0.0.1" if host == "*" else host, port)

    def serve(self) -> None:
        """Execute the lines of standard input."""
        gevent.spawn(self._look_always)
        for line in FileObject(sys.stdin.fileno(), "rb", closefd=False):
            message: dict[str, Any] = json.loads(line)
            if "run" in message:
                self._start(message["run"])
            elif "stop" in message and self._run is not None:
                self._run.stop_at = at = message["stop"]["at"]
                for member in self._sent_to:
                    self._tell(member, messages.STOP, {"stop": {"at": at + member.ahead}})
            elif "behave" in message:
                for member in self._sent_to:
                    self._tell(member, messages.BEHAVE, message)
        self._local.close()
        self._runner.quit()

    def _start(self, plan: dict[str, Any]) -> None:
        members = [one for one in self._members if one.ready]
        if len(members) != self._expected:
            say({"failed": f"{len(members)} of {self._expected} load workers are there"})
            return
        self._sent_to = members
        self._run = LoadRun(plan, [one.name for one in members])
        for part, member in enumerate(members):
            own = plan_of_part(plan, part, len(members), member.ahead)
            self._tell(member, messages.PLAN, {"run": own})

    def _tell(self, member: Member, name: str, data: dict[str, Any]) -> None:
        self._runner.send_message(name, data, member.node)

    def _meet(self, environment: Environment, msg: Any, **_more: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        boot = boot_id()
        where = msg.data
        same = bool(boot) and where["boot"] == boot
        member = Member(msg.node_id, where["host"], where["pid"], same_clock=same)
        self._members.append(member)
        if not same:
            self._tell(member, messages.CLOCK, {"asked": time.monotonic()})

    def _take_clock(self, environment: Environment, msg: Any, **_more: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        for member in self._members:
            if member.node != msg.node_id:
                continue
            member.rounds.append((msg.data["asked"], msg.data["seen"], time.monotonic()))
            if not member.ready:
                self._tell(member, messages.CLOCK, {"asked": time.monotonic()})
                continue
            member.ahead, error = clock_ahead(member.rounds)
            if error > MAX_CLOCK_ERROR_SECONDS:
                say({"failed": f"{member.name}: its clock is known to {error * 1000:.0f} ms only"})

    def _part(self, node: str) -> int | None:
        nodes = [one.node for one in self._sent_to]
        return nodes.index(node) if self._run is not None and node in nodes else None

    def _take_ops(self, environment: Environment, msg: Any, **_more: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        part = self._part(msg.node_id)
        if part is None or self._run is None:
            return
        ahead = self._sent_to[part].ahead
        sys.stdout.write("".join(on_own_clock(line, ahead) + "\n" for line in msg.data))
        sys.stdout.flush()
        self._run.count(part, len(msg.data))

    def _hear(self, environment: Environment, msg: Any, **_more: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        part = self._part(msg.node_id)
        if part is None or self._run is None:
            return
        if "streams" in msg.data:
            self._run.streams[part] = msg.data["streams"]
            say({"streams": sum(self._run.streams.values())})
        elif "failed" in msg.data:
            say({"failed": f"{self._sent_to[part].name}: {msg.data['failed']}"})
        elif "ended" in msg.data:
            self._run.ended[part] = msg.data["ended"]
            self._end_if_complete()

    def _look_always(self) -> None:
        while True:
            self._look()
            gevent.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        """Notice workers that are lost, start those of this machine again, say who is ready."""
        ended = self._local.restart()
        for member in list(self._members):
            if how := self._loss(member, ended):
                self._members.remove(member)
                part = self._part(member.node)
                if part is not None and self._run is not None and part not in self._run.ended:
                    self._run.lost[part] = how
        self._end_if_complete()
        ready = sum(one.ready for one in self._members) == self._expected
        if ready != self._was_ready:
            self._was_ready = ready
            say({"ready": True} if ready else {"unready": "a load worker was lost"})

    def _loss(self, member: Member, ended: dict[int, str]) -> str:
        if member.same_clock and member.pid in ended:
            return ended[member.pid]
        node = self._runner.clients.get(member.node)
        if node is None:
            return "left"
        return "was silent" if node.state == STATE_MISSING else ""

    def _end_if_complete(self) -> None:
        if self._run is not None and self._run.complete:
            say({"ended": self._run.report()})
            self._run = None


def say(message: dict[str, Any]) -> None:
    """One line to the harness."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
