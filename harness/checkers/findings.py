"""Words that all judges share: findings with numbers, keys listed shortly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.checkers.verdict import Finding, Verdict
from harness.history.op import Op

SHOWN = 3
"""So many keys or operations stand in a sentence; the finding carries ten ids."""


def passed(
    checker: str,
    reason: str,
    figures: Mapping[str, float] | None = None,
    *,
    noted: bool = False,
) -> Finding:
    """The gate holds; ``noted``: and a person has to know at what price."""
    return Finding(
        checker=checker,
        verdict=Verdict.PASS,
        reason=reason,
        figures=dict(figures or {}),
        noted=noted,
    )


def failed(
    checker: str,
    reason: str,
    figures: Mapping[str, float] | None = None,
    ops: Iterable[Op] = (),
) -> Finding:
    """The gate does not hold, and these operations show it."""
    ids = tuple(op.id for op in ops)[:10]
    return Finding(
        checker=checker,
        verdict=Verdict.FAIL,
        reason=reason,
        figures=dict(figures or {}),
        ops=ids,
    )


def inconclusive(checker: str, reason: str, figures: Mapping[str, float] | None = None) -> Finding:
    """Nothing is proven, and why."""
    return Finding(
        checker=checker, verdict=Verdict.INCONCLUSIVE, reason=reason, figures=dict(figures or {})
    )


def listed(things: Sequence[str]) -> str:
    """``a, b, c and 4 more``."""
    more = f" and {len(things) - SHOWN} more" if len(things) > SHOWN else ""
    return ", ".join(things[:SHOWN]) + more
