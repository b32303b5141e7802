"""A lie is a planted error that makes a run prove nothing, or the wrong thing.

plant ──▶ lab, evidence or file ──▶ judged as always ──▶ pass: the lie was believed
                                                     └─▶ anything else: it was noticed, and by what
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from squall.core.errors import SquallError
from squall.gates.verdict import Finding, Verdict
from squall.runner.result import Run

HONEST = "nothing is planted"
"""The control: if runs without a lie do not pass, the self-test proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LieResult:
    """The result of one lie."""

    lie: str
    believed: bool
    noticed_by: str
    """The gate or the error that detected it; empty if everything passed."""


def result_of_findings(lie: str, findings: Sequence[Finding], verdict: Verdict) -> LieResult:
    """The verdict on a run that contains a lie."""
    bad = [one for one in findings if one.verdict.is_bad]
    told = f"{bad[0].gate}: {bad[0].reason}" if bad else f"the verdict over all: {verdict.value}"
    believed = verdict is Verdict.PASS
    return LieResult(lie=lie, believed=believed, noticed_by="" if believed else told)


def result_of_run(lie: str, run: Run) -> LieResult:
    """The same for a whole run."""
    return result_of_findings(lie, run.findings, run.verdict)


def result_of_error(lie: str, error: SquallError | Exception) -> LieResult:
    """Squall refused to judge."""
    return LieResult(lie=lie, believed=False, noticed_by=str(error).partition("\n")[0])
