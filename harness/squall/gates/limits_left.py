"""Time limits that a request has lowered for itself, and that later requests run under.

before the load   20 sessions, none has a limit of its own
at the end        statement_timeout is 312 ms on one, 87 ms on another, 20 ms on two
one read on each  they are the same: nobody raises them again

An app that keeps account sets the one limit that fits; so with two values or more nobody does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from squall.core.counting import counted
from squall.core.events import LimitsInForce, RestSampled
from squall.core.setting_kinds import LIMITS, setting_of
from squall.gates.findings import failed
from squall.gates.verdict import Finding
from squall.history.evidence import Evidence

LEFT = "limits-left"
LEAST_VALUES = 2
TIME_SHARE = 0.6
"""Of a deadline. A read that took longer may have had a reason to lower its limit."""


def limits_left(gate: str, evidence: Evidence, usual: RestSampled) -> Finding | None:
    """A failure if reads with all of their time ran under different limits of one kind."""
    seen = [event for event in evidence.events if isinstance(event, LimitsInForce)]
    if not seen or seen[-1].slowest_seconds > TIME_SHARE * evidence.contract.deadline_seconds:
        return None
    for name, values in sorted(_unusual(seen[-1].limits, usual.settings).items()):
        sessions = sum(values.values()) - seen[-1].unused
        if len(values) < LEAST_VALUES or sessions < LEAST_VALUES:
            continue
        told = (
            f"{name} stayed changed on {counted(sessions, 'sessions')} of the pool, with"
            f" {counted(len(values), 'values')}: requests that have all of their time ran under the"
            " limits of earlier ones"
        )
        return failed(gate, told, {"sessions": sessions, "values": len(values)}, code=LEFT)
    return None


def _unusual(found: Mapping[str, int], usual: Mapping[str, int]) -> Mapping[str, Mapping[str, int]]:
    """By name, the values that no session had before the load, where none had several then."""
    before = defaultdict[str, int](int)
    for entry in usual:
        before[setting_of(entry)] += 1
    values: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for entry, on in found.items():
        name = setting_of(entry)
        if name in LIMITS and entry not in usual and before[name] < LEAST_VALUES:
            values[name][entry] = on
    return values
