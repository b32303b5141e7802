"""Several requests of one operation at once, whose statements are held or failed on the wire.

    ╭─ request 1 ─▶ app ─▶ statement ─▶ held │
    ├─ request 2 ─▶ app ─▶ statement ─▶ held │ how many sessions are here at the same time?
    ╰─ request 8 ─▶ app   (waits)            │

Only the statement that does the operation's work counts. A transaction's begin and a probe are sent
by tasks in the background, too.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Sequence

from squall_faults.proxy.rules.rule import Rule

from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.tap import Script, Statement, Tap
from squall.sweeping.tapped_lab import TappedLab

_NUMBERS = itertools.count(1)
NO_WORK = re.compile(
    r"\s*(?:BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW)\b|SELECT \?$|$", re.IGNORECASE
)
"""Statements with which drivers prepare and end the work, or try a connection."""

Sent = Sequence[asyncio.Future[ReceivedAnswer]]


def working_statement(profile: StatementProfile) -> str:
    """Fingerprint of the first statement that does the operation's work; empty if none does."""
    there = (step.fingerprint for step in profile.steps)
    return next((one for one in there if not NO_WORK.match(one)), "")


def send_at_once(room: TappedLab, profile: StatementProfile, count: int) -> Sent:
    """So many requests, each with draws of its own."""
    drawn = [room.source.next(profile.operation, varied=True) for _ in range(count)]
    return [asyncio.ensure_future(room.client.send(one)) for one in drawn]


class HoldEach(Script):
    """Holds one statement of every session."""

    def __init__(self, fingerprint: str, tap: Tap) -> None:
        self.id = f"crowd{next(_NUMBERS)}"
        self._fingerprint = fingerprint
        self._tap = tap
        self._held: set[int] = set()

    @property
    def held(self) -> int:
        """Live sessions whose statement is held now."""
        return len(self._held & self._tap.sessions.keys())

    def statement(self, statement: Statement) -> Rule | None:
        """Hold it."""
        if statement.fingerprint != self._fingerprint:
            return None
        self._held.add(statement.session)
        return Rule(id=self.id, on="statement", do="stall")


class FailEach(Script):
    """Fails a statement the first few times, or always."""

    def __init__(self, fingerprint: str, sqlstate: str, most: int | None = None) -> None:
        self.id = f"crowd{next(_NUMBERS)}"
        self._fingerprint = fingerprint
        self._sqlstate = sqlstate
        self._most = most
        self.failed: list[float] = []
        """When it was failed."""
        self.passed: list[float] = []
        """When it came afterwards."""

    def statement(self, statement: Statement) -> Rule | None:
        """Fail it."""
        if statement.fingerprint != self._fingerprint:
            return None
        if self._most is not None and len(self.failed) >= self._most:
            self.passed.append(time.monotonic())
            return None
        self.failed.append(time.monotonic())
        return Rule(id=self.id, on="statement", do="error", sqlstate=self._sqlstate)
