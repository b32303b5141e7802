"""Constructors for findings with figures, and short lists of keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from squall.core import counting
from squall.gates.verdict import Finding, Verdict
from squall.history.op import Op

SHOWN = 3
"""Maximum number of keys or operations in a sentence; the finding carries ten ids."""


HOLDS = "holds"
UNPROVEN = "unproven"
NOT_JUDGED = "not-judged"


def passed(
    gate: str,
    reason: str,
    figures: Mapping[str, float] | None = None,
    *,
    noted: bool = False,
) -> Finding:
    """The gate holds. ``noted``: the finding is shown anyway, because the pass has a price."""
    return Finding(
        gate=gate,
        verdict=Verdict.PASS,
        reason=reason,
        code=HOLDS,
        figures=dict(figures or {}),
        noted=noted,
    )


def failed(
    gate: str,
    reason: str,
    figures: Mapping[str, float] | None = None,
    ops: Iterable[Op] = (),
    *,
    code: str = "",
    overrun: float = 0.0,
    patience: float = 0.0,
    in_kind: bool = False,
) -> Finding:
    """The gate fails, and these operations show it. ``code`` distinguishes kinds of failure;
    ``overrun`` is the measured value divided by its limit, ``patience`` the seconds that the app
    had, and ``in_kind`` says that time has nothing to do with it.
    """
    ids = tuple(op.id for op in ops)[:10]
    return Finding(
        gate=gate,
        verdict=Verdict.FAIL,
        reason=reason,
        code=code or gate,
        figures=dict(figures or {}),
        ops=ids,
        overrun=overrun,
        patience=patience,
        in_kind=in_kind,
    )


def inconclusive(
    gate: str, reason: str, figures: Mapping[str, float] | None = None, *, code: str = UNPROVEN
) -> Finding:
    """The run proves nothing, for this reason."""
    return Finding(
        gate=gate,
        verdict=Verdict.INCONCLUSIVE,
        reason=reason,
        code=code,
        figures=dict(figures or {}),
    )


def not_judged(gate: str, why: str, *, configure: str = "") -> Finding:
    """The gate had nothing to judge: the reason, and the configuration that lets it judge."""
    return Finding(
        gate=gate,
        verdict=Verdict.NOT_JUDGED,
        reason=f"not judged: {why}",
        code=NOT_JUDGED,
        configure=configure,
    )


def listed(things: Sequence[str]) -> str:
    """``a, b, c and 4 more``."""
    return counting.listed(things, SHOWN)
