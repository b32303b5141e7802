"""After the last heal, wait until the app answers successfully again, or its time is over.

heal ──✗──✗──▶│ after_seconds are over │──✗──✓──✓──✓──▶│ twenty good answers in a row: enough
              └─ an app with a deadline of 3 s may need 3 s ┘
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from squall.core import events
from squall.core.clock import Clock
from squall.gates import recovery_time
from squall.gates.asked_again import (
    MOST,
    alike,
    allowed,
    asked_once,
    failed_writes,
    not_found,
    not_since,
    perhaps_updated,
    read_back_in_it,
    unlike_before,
    unserved,
    unserved_writes,
    updated_since,
)
from squall.gates.findings import HOLDS
from squall.gates.found_invalid import told_wrong
from squall.gates.recovery_time import RecoveryTime
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op
from squall.scenario.model import Scenario

RECOVERED = (HOLDS, recovery_time.LATE)

STEADY_SECONDS = 0.5
"""After the limit of recovery: time for the successful answers in a row that prove it."""

POLL_SECONDS = 0.1

AGAIN_AFTER = 0.4
"""Share of the time after the heal after which requests that failed are asked again."""

WRITES_EVERY = 0.25
"""Share of the limit of recovery after which writes that still fail are asked for once more."""


@dataclass(frozen=True, slots=True)
class RecoverySeen:
    """What is known while the load continues."""

    ops: Callable[[], Sequence[Op]]
    happened: tuple[events.Event, ...]
    contract: Contract

    def evidence(self) -> Evidence:
        """All answers so far."""
        return Evidence(
            ops=tuple(self.ops()),
            events=self.happened,
            final_state=None,
            contract=self.contract,
        )


async def after_the_heal(
    scenario: Scenario, seen: RecoverySeen, clock: Clock, again: FailedRequests
) -> None:
    """The planned time, in which requests that failed are asked again, and more if it is needed."""
    await clock.sleep(scenario.after_seconds * AGAIN_AFTER)
    await again.begin()
    await clock.sleep(scenario.after_seconds * (1 - AGAIN_AFTER))
    await wait_for_recovery(scenario, seen, clock, again)


async def wait_for_recovery(
    scenario: Scenario, seen: RecoverySeen, clock: Clock, again: FailedRequests | None = None
) -> None:
    """Wait while the app has not recovered, at most for the limit of the scenario's gate.

    ``again``: what failed in the outage; what still fails is asked again.
    """
    gate = next((one for one in scenario.all_gates() if isinstance(one, RecoveryTime)), None)
    healed = seen.evidence().last_healed
    if gate is None or healed is None:
        return
    within = gate.within_seconds(seen.evidence())
    ends, writes_due = healed + within + STEADY_SECONDS, healed
    while clock.now() < ends:
        writes = clock.now() >= writes_due
        while writes_due <= clock.now():
            writes_due += within * WRITES_EVERY
        left = again is not None and await again.left(writes=writes)
        if not left and gate.judge(seen.evidence()).code in RECOVERED:
            return
        await clock.sleep(POLL_SECONDS)


class FailedRequests:
    """Requests that failed in the outage, and are asked again until they are served.

    Args:
        ops: the history so far.
        ask: sends the requests of these operations once more, if it can.
        begun: when the outage began.
    """

    def __init__(
        self,
        ops: Callable[[], Sequence[Op]],
        ask: Callable[[list[Op]], Awaitable[bool]],
        begun: float = -math.inf,
    ) -> None:
        self._ops, self._ask, self._begun = ops, ask, begun
        self._asked: Counter[str | int] = Counter()

    async def begin(self) -> None:
        """Choose them, and ask for each once; and for others, whose answers are compared."""
        ops = self._ops()
        kinds = (
            told_wrong,
            read_back_in_it,
            perhaps_updated,
            updated_since,
            unlike_before,
            alike,
            asked_once,
            allowed,
            not_since,
            not_found,
        )
        served = {op.target: op for kind in kinds for op in kind(ops, self._begun)}
        chosen = dict(list(unserved(ops).items())[:MOST])
        others = [op for target, op in served.items() if target not in chosen]
        await self._send([*chosen.values(), *failed_writes(ops, self._begun), *others])

    async def left(self, *, writes: bool) -> bool:
        """Whether some are still not served; those that were answered are asked again.

        ``writes``: also those that write, which leave something behind when they are served.
        """
        if not self._asked:
            return False
        ops = self._ops()
        answered = Counter(op.target for op in ops if op.asked_again)
        reads = unserved(ops)
        failing = reads | unserved_writes(ops)
        await self._send([
            op for target, op in (failing if writes else reads).items()
            if self._asked[target] and answered[target] >= self._asked[target]
        ])  # fmt: skip
        return any(
            one in failing or (isinstance(one, int) and not answered[one]) for one in self._asked
        )

    async def _send(self, chosen: list[Op]) -> None:
        if chosen and await self._ask(chosen):
            self._asked.update(op.target for op in chosen)
