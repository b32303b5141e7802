"""Hold one statement of a request on the wire until it is released."""

from __future__ import annotations

import asyncio
import itertools

from squall_faults.proxy.rules.rule import Rule

from squall.racing.pairs import HoldPoint
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.tap import Script, Statement

_NUMBERS = itertools.count(1)


class HoldScript(Script):
    """For one request: the k-th statement of its sequence is held."""

    def __init__(self, hold: HoldPoint, profile: StatementProfile) -> None:
        self.id = f"hold{next(_NUMBERS)}"
        self._hold = hold
        self._steps = profile.steps
        self._place = 0
        self._target: Statement | None = None
        self.session = 0
        """Where it was held."""
        self.other = 0
        """The session of the other request, whose statements may be equal to those of this one."""
        self.held = asyncio.Event()
        self.over = False

    def statement(self, statement: Statement) -> Rule | None:
        """Hold it before the server receives it."""
        if self.over or self._place >= self._hold.step or statement.session == self.other:
            return None
        if statement.fingerprint != self._steps[self._place].fingerprint:
            return None
        self._place += 1
        if self._place < self._hold.step:
            return None
        self._target = statement
        return self._stop(statement, "statement") if self._hold.when == "before" else None

    def reply(self, statement: Statement, *, begins: bool) -> Rule | None:
        """Hold its answer."""
        if statement is not self._target or self._hold.when != "after" or not begins:
            return None
        self._target = None
        return None if self.over else self._stop(statement, "reply")

    def _stop(self, statement: Statement, on: str) -> Rule:
        self.session = statement.session
        self.held.set()
        return Rule(id=self.id, on=on, do="stall")


class TwoHolds(Script):
    """The script of A, then that of B. The newest one counts statements."""

    def __init__(self) -> None:
        self.scripts: list[HoldScript] = []

    def statement(self, statement: Statement) -> Rule | None:
        """Only the newest script looks for its statement. A is held meanwhile."""
        return self.scripts[-1].statement(statement) if self.scripts else None

    def reply(self, statement: Statement, *, begins: bool) -> Rule | None:
        """Each script knows its own statement."""
        for script in self.scripts:
            rule = script.reply(statement, begins=begins)
            if rule is not None:
                return rule
        return None
