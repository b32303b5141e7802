"""The verdict on a whole suite."""

from __future__ import annotations

from collections.abc import Iterable

from squall.gates.verdict import Verdict, worst
from squall.history.coverage import Coverage
from squall.runner.result import Run


def overall_verdict(
    runs: Iterable[Run], *, left_out: int, coverage: Coverage | None = None
) -> Verdict:
    """The worst of all. It is at best inconclusive if an outage has no run.

    ``coverage``: which operations were requested. Less than the minimum is a failure.
    """
    said = [run.verdict for run in runs]
    if coverage is not None and coverage.short:
        said.append(Verdict.FAIL)
    return worst([*said, Verdict.INCONCLUSIVE] if left_out else said)
