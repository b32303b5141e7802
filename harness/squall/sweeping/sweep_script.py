"""Execute one cell on the wire: wait for its statement, inject, and heal."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

from squall_faults.proxy.rules.rule import Rule

from squall.sweeping.cells import CONNECT, ERRORS, FATAL, Cell
from squall.sweeping.profile_operation import ProfiledStatement, StatementProfile
from squall.sweeping.tap import Script, Statement

_NUMBERS = itertools.count(1)

ON_REPLY = ("cut_after", "half_answer", "reply_silence")
OUTAGE = frozenset({"53300", "28P01", "57P01", "57P03", "08006", "cut_before", "silence"})
"""While these last, no login succeeds either."""


class CellScript(Script):
    """The script of one cell. A statement counts if it is the next one of the sequence."""

    def __init__(self, cell: Cell, profile: StatementProfile, deadline: float) -> None:
        self.id = f"cell{next(_NUMBERS)}"
        self.cell = cell
        self._steps: Sequence[ProfiledStatement] = profile.steps
        self._slow_ms = max(1, int(deadline * 1000 / 3))
        self._place = 0
        self._target: Statement | None = None
        self.bites = 0
        self.bitten = asyncio.Event()
        self.healed = False

    def heal(self) -> None:
        """Stop injecting."""
        self.healed = True

    def startup(self, session: int) -> Rule | None:
        """Refuse a login in a connect cell, and during an outage."""
        del session
        cell = self.cell
        lasting = cell.mode == "on" and self.bites > 0 and cell.fault in OUTAGE
        begins = cell.point == CONNECT and (self.bites == 0 or cell.mode == "on")
        return self._bite(self._rule("startup")) if begins or lasting else None

    def statement(self, statement: Statement) -> Rule | None:
        """Act on the k-th statement of the sequence, and on later ones while the fault lasts."""
        cell = self.cell
        if self.healed:
            return None
        if cell.mode == "on" and self.bites:
            return self._bite(self._rule("statement"))
        if cell.point == CONNECT or not self._is_due(statement):
            return None
        self._target = statement
        return None if cell.fault in ON_REPLY else self._bite(self._rule("statement"))

    def reply(self, statement: Statement, *, begins: bool) -> Rule | None:
        """Act on the answer of the k-th statement."""
        wanted = begins is (self.cell.fault != "half_answer")
        if statement is not self._target or self.cell.fault not in ON_REPLY or not wanted:
            return None
        self._target = None
        return self._bite(self._rule("reply"))

    def _is_due(self, statement: Statement) -> bool:
        if self._place > self.cell.index:
            return False
        if statement.fingerprint != self._steps[self._place].fingerprint:
            return False
        self._place += 1
        return self._place > self.cell.index

    def _bite(self, rule: Rule | None) -> Rule | None:
        if self.healed or rule is None:
            return None
        self.bites += 1
        self.bitten.set()
        return rule

    def _rule(self, on: str) -> Rule | None:
        fault = self.cell.fault
        if fault in (*ERRORS, *FATAL) or fault[:1].isdigit():
            fatal = fault in FATAL and on == "statement"
            return Rule(id=self.id, on=on, do="fatal" if fatal else "error", sqlstate=fault)
        if fault == "slow":
            return Rule(id=self.id, on=on, do="delay", delay_ms=self._slow_ms)
        held = fault in ("silence", "reply_silence", "hang_up")
        return Rule(id=self.id, on=on, do="stall" if held else "cut")


class Scripts(Script):
    """Several cells that wait at the same time. The newest one looks for its statement."""

    def __init__(self) -> None:
        self.scripts: list[CellScript] = []

    def add(self, script: CellScript) -> None:
        """Add the next script."""
        self.scripts.append(script)

    def statement(self, statement: Statement) -> Rule | None:
        """Only the newest cell counts statements."""
        return self.scripts[-1].statement(statement) if self.scripts else None

    def reply(self, statement: Statement, *, begins: bool) -> Rule | None:
        """Each cell knows its own statement."""
        for script in self.scripts:
            rule = script.reply(statement, begins=begins)
            if rule is not None:
                return rule
        return None
