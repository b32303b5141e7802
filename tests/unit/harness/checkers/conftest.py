"""Whole findings, as a table can hold them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from harness.checkers.verdict import Finding, Verdict

Judgement = Callable[..., Finding]


def finding(
    verdict: Verdict, checker: str, reason: str, ops: tuple[int, ...] = (), **figures: float
) -> Finding:
    return Finding(checker=checker, verdict=verdict, reason=reason, figures=figures, ops=ops)


@pytest.fixture
def told() -> Any:
    """``told.passed(checker, reason, **figures)`` and the like: what a judge must say, in full."""

    class Told:
        passed: Judgement = partial(finding, Verdict.PASS)
        failed: Judgement = partial(finding, Verdict.FAIL)
        inconclusive: Judgement = partial(finding, Verdict.INCONCLUSIVE)

    return Told
