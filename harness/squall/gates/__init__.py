"""Gates: pure functions from evidence to findings.

This package exports what custom gates need, imported on first use. Each gate is in the module of
its name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from squall.gates.findings import failed, inconclusive, not_judged, passed
    from squall.gates.percentiles import percentile
    from squall.gates.registry import register
    from squall.gates.verdict import Finding, Gate, Severity, Verdict
    from squall.history.evidence import Evidence

__all__ = [
    "Evidence",
    "Finding",
    "Gate",
    "Severity",
    "Verdict",
    "failed",
    "inconclusive",
    "not_judged",
    "passed",
    "percentile",
    "register",
]

_HOMES = {
    "Evidence": "squall.history.evidence", "Finding": "squall.gates.verdict",
    "Gate": "squall.gates.verdict", "Severity": "squall.gates.verdict",
    "Verdict": "squall.gates.verdict", "failed": "squall.gates.findings",
    "inconclusive": "squall.gates.findings", "passed": "squall.gates.findings",
    "not_judged": "squall.gates.findings",
    "percentile": "squall.gates.percentiles", "register": "squall.gates.registry",
}  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import a public name from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
