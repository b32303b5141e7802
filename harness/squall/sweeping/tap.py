"""The wire between app and PostgreSQL in this process: each statement can be seen, failed or held.

    app ─▶ tap (listens where the lab's proxy did) ─▶ PostgreSQL

It uses the engine's proxy and its rules. A script decides for each message, so no HTTP request is
needed between two cells.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from squall_faults.ports import Traffic
from squall_faults.proxy.core.interception import Interception
from squall_faults.proxy.core.proxy import Proxy
from squall_faults.proxy.core.proxy_rules import Followed, ProxyRules
from squall_faults.proxy.rules.armed_rules import Armed
from squall_faults.proxy.rules.interceptor import Interceptor
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet

from squall.lab.endpoint import Endpoint
from squall.sweeping.fingerprint import fingerprint_of

MAX_STATEMENTS = 20_000
"""Limit between two calls of :meth:`Tap.forget`. Beyond it, the oldest are dropped."""


@dataclass(slots=True, eq=False)
class Statement:
    """A statement that the app sent."""

    session: int
    sql: str
    fingerprint: str
    status: str
    """Transaction status before it: I, T or E."""
    at: float
    begun: bool = False
    """Whether its first answer has come."""
    answered: bool = False
    """Whether its CommandComplete has come."""
    fault: str = ""
    """The fault that was injected into it."""


class Script:
    """Decides what happens to each message. This one lets everything pass."""

    def startup(self, session: int) -> Rule | None:
        """A session logs in."""

    def statement(self, statement: Statement) -> Rule | None:
        """The app sent a statement, which the server has not received yet."""

    def reply(self, statement: Statement, *, begins: bool) -> Rule | None:
        """The server answered; ``begins``: its first message, else CommandComplete."""


class _SessionRules(RuleSet):
    """The rules of one connection. Each message is passed to the tap's script."""

    def __init__(self, tap: Tap, session: int) -> None:
        super().__init__()
        self._tap = tap
        self._session = session
        self._open: deque[Statement] = deque()
        everything = (Armed(Rule(id="script", on="statement", do="stall")),)
        self.startup = self.statement = self.reply = everything
        self.about_everything = True  # no message bypasses the script

    def due_at_startup(self, parameters: str) -> Armed[Rule] | None:
        """The rule that acts on a StartupMessage."""
        self._tap.startups += 1
        del parameters
        return _armed(self._tap.script.startup(self._session))

    def due_on_statement(self, sql: str, status: str) -> Armed[Rule] | None:
        """The rule that acts on a statement before the server receives it."""
        seen = Statement(self._session, sql, fingerprint_of(sql), status, time.monotonic())
        self._open.append(seen)
        self._tap.statements.append(seen)
        self._tap.total += 1
        rule = self._tap.script.statement(seen)
        seen.fault = "" if rule is None else rule.do
        return _armed(rule)

    def due_on_reply(
        self, sql: str, status: str, *, tag: str | None, begins: bool
    ) -> Armed[Rule] | None:
        """The rule that acts on an answer."""
        del status
        while self._open and (self._open[0].sql != sql or (begins and self._open[0].begun)):
            self._open.popleft()  # it failed, or was skipped after a failure
        if not self._open:
            return None
        seen = self._open[0]
        seen.begun = True
        rule = self._tap.script.reply(seen, begins=True) if begins else None
        if tag is not None:
            seen.answered = True
            self._open.popleft()
            rule = rule or self._tap.script.reply(seen, begins=False)
        if rule is not None:
            seen.fault = rule.do
        return _armed(rule)

    def spared(self, armed: Armed[Rule]) -> None:
        """The server never came to that message."""


def _armed(rule: Rule | None) -> Armed[Rule] | None:
    return None if rule is None else Armed(rule)


class _TapRules(ProxyRules):
    """Gives each connection its own rules."""

    def __init__(self, tap: Tap, proxy: Proxy) -> None:
        super().__init__(proxy.wire.timers)
        self._tap = tap
        self._wires: dict[Hashable, Interception] = {}
        self._count = 0

    def opened(self, connection: Followed) -> None:
        """A session starts."""
        self._count += 1
        wire = Interceptor(_SessionRules(self._tap, self._count), refuse_encryption=True)
        self._wires[connection] = Interception(connection, wire)
        self._tap.sessions[self._count] = wire

    def closed(self, connection: Hashable) -> None:
        """The session has ended."""
        held = self._wires.pop(connection, None)
        if held is not None:
            held.stop()
            for number, wire in list(self._tap.sessions.items()):
                if wire is held.wire:
                    del self._tap.sessions[number]

    def cut(self, session: int) -> None:
        """Send RST to both ends of one session."""
        for connection, held in list(self._wires.items()):
            if held.wire is self._tap.sessions.get(session):
                connection.reset()  # type: ignore[attr-defined] # hashable connections

    def release(self, rule_id: str) -> None:
        """Release what a rule holds."""
        for held in list(self._wires.values()):
            held.disarmed(rule_id)


@dataclass(slots=True)
class Tap:
    """One proxy with a script."""

    script: Script = field(default_factory=Script)
    statements: deque[Statement] = field(default_factory=lambda: deque(maxlen=MAX_STATEMENTS))
    sessions: dict[int, Interceptor] = field(default_factory=dict)
    """The live sessions, by number."""
    startups: int = 0
    total: int = 0
    """Number of statements since the start."""
    _rules: _TapRules = field(init=False)
    _proxy: Proxy = field(init=False)

    def __post_init__(self) -> None:
        """Build the proxy."""
        self._proxy = Proxy("sweep", "127.0.0.1:0", "", 0)
        self._rules = _TapRules(self, self._proxy)
        self._proxy.wire = self._rules

    def place(self, listen: Endpoint, upstream: Endpoint) -> None:
        """Where it will listen, and what is behind it."""
        self._proxy.listen, self._proxy.upstream = str(listen), str(upstream)

    @property
    def listen(self) -> str:
        """The address to which the app connects."""
        return self._proxy.listen

    async def start(self) -> None:
        """Listen. OSError if the address is in use."""
        await self._proxy.start()

    async def close(self) -> None:
        """Close every connection and stop listening."""
        await self._proxy.stop()

    def forget(self) -> None:
        """Start a new record."""
        self.statements.clear()
        self.startups = 0

    def release(self, rule_id: str) -> None:
        """Release what a rule holds."""
        self._rules.release(rule_id)

    def cut(self, session: int) -> None:
        """Send RST to one session."""
        self._rules.cut(session)

    def reset_connections(self) -> int:
        """Send RST to all sessions. Returns their number."""
        return self._proxy.reset_connections()

    async def traffic(self) -> Traffic:
        """What has passed, in the form that the lab expects."""
        seen = self._proxy.traffic()
        return Traffic(
            open=seen["open"],
            accepted=seen["accepted"],
            upstream_bytes=seen["upstream_bytes"],
            downstream_bytes=seen["downstream_bytes"],
            statements=self.total,
        )

    def settings(self) -> frozenset[tuple[int, str]]:
        """Session and name of each setting that a live session changed for itself."""
        return frozenset(
            (number, name) for number, wire in self.sessions.items() for name in wire.settings
        )

    def statuses(self) -> dict[int, str]:
        """Transaction status of each live session after its last answer."""
        return {number: wire.status for number, wire in self.sessions.items()}
