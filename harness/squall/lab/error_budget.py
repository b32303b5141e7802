"""The stop condition of a check on a shared system: a number of requests may fail, and no more.

    failed requests ──▶ budget spent ──▶ the run is cancelled, its fault is healed at once
                                         └─▶ BudgetSpent ends the suite, with exit code 6

A request fails if it had no answer, or a server error. One that its client left does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from squall.core.errors import BudgetSpent
from squall.core.run_to_end import run_until
from squall.history.op import Op

T = TypeVar("T")

LOOK_SECONDS = 0.02
END_SECONDS = 15.0
"""For a run that is stopped: the heal of a fault has 10 s."""


class ErrorBudget:
    """Counts failed requests over all runs of a lab."""

    def __init__(self, limit: int | None) -> None:
        """``limit``: how many may fail; None for any number."""
        self.limit = limit
        self.failed = 0
        self._ops: Sequence[Op] = ()
        self._seen = 0

    def charge(self, ops: Sequence[Op]) -> bool:
        """Count what has been added to a run's history. Whether the budget is spent now."""
        if ops is not self._ops:
            self._ops, self._seen = ops, 0
        end = len(ops)
        self.failed += sum(ops[place].is_servers_error for place in range(self._seen, end))
        self._seen = end
        return self.limit is not None and self.failed > self.limit

    async def guard(self, work: Coroutine[Any, Any, T], history: Callable[[], Sequence[Op]]) -> T:
        """The result of ``work``, which is cancelled once the budget is spent.

        Raises:
            BudgetSpent: it was, and the faults are healed.
        """
        if self.limit is None:
            return await work
        task = await run_until(
            lambda: self.charge(history()), work,
            look_seconds=LOOK_SECONDS, end_seconds=END_SECONDS,
        )  # fmt: skip
        if self.charge(history()):
            raise BudgetSpent(self.failed, self.limit)
        return task.result()
