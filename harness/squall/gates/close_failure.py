"""Failures within noise: a limit that is missed by less than twice may be the machine's fault.

A stall of the machine makes one answer late, and a program that is too slow is too slow again. So a
run that failed for nothing else is repeated, until two runs agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from squall.gates.verdict import Finding, Verdict

CLOSE = 2.0
"""Measured value divided by the limit, up to which a failure is close."""


def failed_closely(findings: Iterable[Finding]) -> bool:
    """Whether limits were missed, each of them by less than twice, and nothing else failed."""
    failures = [one for one in findings if one.verdict is Verdict.FAIL]
    return bool(failures) and all(one.timed and 0 < one.overrun <= CLOSE for one in failures)


def note_close_failure(
    findings: Sequence[Finding], earlier: Sequence[Finding], runs: int
) -> tuple[Finding, ...]:
    """The findings of a run that passed; those that failed in one of ``runs`` runs tell it."""
    missed = {one.gate: one for one in earlier if one.verdict is Verdict.FAIL}
    return tuple(
        replace(
            one,
            noted=True,
            reason=f"{one.reason}; not confirmed, in 1 of {runs} runs: {missed[one.gate].reason}",
        )
        if one.gate in missed and one.verdict is Verdict.PASS
        else one
        for one in findings
    )
