"""More comes than the app can do, it refuses what is too much, and then it does less than it could.

    before the load      under overload
    ─────────────────────┼──────────────────── places are taken ────────────────▶ sound
                         └ refusals begin ──▶ places stand idle, and are refused

A refusal because of overload says that all places are taken. An app that counts it as a failure of
its database opens its circuit, and refuses with places that stand idle. The measure is the app's
own: the statements of the same overload before the first refusals.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import DatabaseLoad
from squall.gates.copies import Freshness
from squall.gates.starvation import awaited_share
from squall.history.evidence import Evidence

RISE_SECONDS = 0.1
"""What was counted before the load has come tells nothing."""
FIRST = 5
"""From this refusal on, the overload has been noticed."""
LEAST_BUSY_SECONDS, LEAST_REFUSING_SECONDS = 0.3, 0.8
LEAST_STATEMENTS, LEAST_REFUSED = 30, 40
RESTS = 0.3
OF_ITS_CPU = 0.75
"""An app that keeps so little, and less than this share of the CPU that it had would explain, is
not merely starved. In sixteen starved runs apps without this mistake kept 0.47 of it at least.
"""


@dataclass(frozen=True, slots=True)
class Idle:
    """How many statements reached the database in a second, before and since the refusals."""

    busy: float
    refusing: float
    refused: int
    awaited: float = 0.0
    """Share of the time since the refusals in which the app waited for a CPU."""

    @property
    def kept(self) -> float:
        """The share of its work that the app still does."""
        return self.refusing / self.busy

    @property
    def rests(self) -> bool:
        """Whether no busy machine explains it."""
        return self.kept <= min(RESTS, OF_ITS_CPU * (1 - self.awaited))


def idle_while_refusing(evidence: Evidence) -> Idle | None:
    """What is known of an overload; None if too little was refused, or counted."""
    begin, heal = evidence.bounds("during")
    is_fresh = Freshness(evidence)
    refused = sorted(op.done for op in evidence.window("during")
                     if op.done <= heal and (op.is_servers_error or not is_fresh(op)))  # fmt: skip
    if len(refused) < LEAST_REFUSED:
        return None
    noticed = refused[FIRST - 1]
    busy = _counted(evidence, begin + RISE_SECONDS, noticed)
    since = _counted(evidence, noticed, heal)
    if busy is None or since is None or busy[0] < LEAST_STATEMENTS:
        return None
    if busy[1] < LEAST_BUSY_SECONDS or since[1] < LEAST_REFUSING_SECONDS:
        return None
    awaited = awaited_share(evidence, noticed, heal)
    return Idle(busy[0] / busy[1], since[0] / since[1], len(refused), awaited)


def _counted(evidence: Evidence, start: float, end: float) -> tuple[int, float] | None:
    """Statements, and the seconds in which they were counted."""
    seen = [(event.at, event.statements) for event in evidence.events
            if isinstance(event, DatabaseLoad) and start <= event.at <= end]  # fmt: skip
    if not seen or seen[0][1] is None or seen[-1][1] is None:
        return None
    return seen[-1][1] - seen[0][1], seen[-1][0] - seen[0][0]
