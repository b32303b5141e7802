"""The steps of a scenario at a small load: what hits some of the requests lasts longer.

80 requests/s   INSERT refused ──┤ 20 of 64 requests
20 requests/s   INSERT refused ────────────────────────┤ 20 of 64, and not 5 of 16

Steps that begin together last longer together. Where one follows another, what is between them is
time that an app needs or wastes, such as a circuit's pause, and stays as it is.
"""

from __future__ import annotations

from squall_faults.wire.delay_statement import DelayStatement

from squall.scenario.step import Step


def for_fewer_requests(steps: tuple[Step, ...], times: float) -> tuple[Step, ...]:
    """The steps with ``times`` as few requests."""
    if not _some_are_hit(steps):
        return steps
    return tuple(step.prolonged(times) for step in steps)


def _some_are_hit(steps: tuple[Step, ...]) -> bool:
    """Whether one fault hits some requests, and beside it statements are delayed at most."""
    together = len({step.at_seconds for step in steps}) == 1
    beside = all(step.picks or isinstance(step.fault, DelayStatement) for step in steps)
    return together and beside and any(step.picks for step in steps)
