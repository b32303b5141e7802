"""After the last heal, wait until the app answers successfully again, or its time is over.

heal ──✗──✗──▶│ after_seconds are over │──✗──✓──✓──✓──▶│ twenty good answers in a row: enough
              └─ an app with a deadline of 3 s may need 3 s ┘
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from squall.core import events
from squall.core.clock import Clock
from squall.gates import recovery_time
from squall.gates.findings import HOLDS
from squall.gates.recovery_time import RecoveryTime
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op
from squall.scenario.model import Scenario

RECOVERED = (HOLDS, recovery_time.LATE)

STEADY_SECONDS = 0.5
"""After the limit of recovery: time for the successful answers in a row that prove it."""

POLL_SECONDS = 0.1


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


async def wait_for_recovery(scenario: Scenario, seen: RecoverySeen, clock: Clock) -> None:
    """Wait while the app has not recovered, at most for the limit of the scenario's gate."""
    gate = next((one for one in scenario.all_gates() if isinstance(one, RecoveryTime)), None)
    healed = seen.evidence().last_healed
    if gate is None or healed is None:
        return
    ends = healed + gate.within_seconds(seen.evidence()) + STEADY_SECONDS
    while clock.now() < ends and gate.judge(seen.evidence()).code not in RECOVERED:
        await clock.sleep(POLL_SECONDS)
