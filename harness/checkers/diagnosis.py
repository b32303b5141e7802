"""From what judges found to one sentence and one cure; pure, so that old runs can be told anew."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from harness.checkers.case import Case, Diagnosis, count
from harness.checkers.causes import CAUSES
from harness.checkers.verdict import Finding, Verdict
from harness.core.events import FaultHealed, FaultInjected
from harness.history.evidence import Evidence

NOBODY = "nobody asked during it"


def diagnosed(evidence: Evidence, findings: Sequence[Finding]) -> Diagnosis:
    """The gravest cause that explains the findings; without one, how it went."""
    case = Case(evidence, findings)
    for cause in CAUSES:
        with suppress(KeyError):  # somebody's own gate of that name has other figures
            diagnosis = cause(case)
            if diagnosis is not None:
                return diagnosis
    failed = [one for one in findings if one.verdict is Verdict.FAIL]
    if failed:
        return Diagnosis(f"{failed[0].checker}: {failed[0].reason}")
    return Diagnosis(_well(case))


def happened(evidence: Evidence) -> str:
    """The outage in one sentence: what was done to the app, and what its callers saw of it."""
    case = Case(evidence, ())
    faults = ", then ".join(_faults(evidence)) or "no fault"
    bad, asked = sum(not op.good for op in case.during), len(case.during)
    during = f"{bad} of {count(asked, 'request')} failed during it" if asked else NOBODY
    if not case.after:
        return f"{faults}: {during}"
    failed = "" if asked else " failed"
    return f"{faults}: {during}, {len(case.bad_after)} of {len(case.after)}{failed} after the heal"


def _faults(evidence: Evidence) -> list[str]:
    """``database.crash for 0.4 s (12 sessions lost)``, in the order of their start."""
    healed = {e.step: e for e in evidence.events if isinstance(e, FaultHealed)}
    told = []
    for event in evidence.events:
        if not isinstance(event, FaultInjected):
            continue
        heal = healed.get(event.step)
        if heal is None:
            told.append(f"{event.fault}, never healed")
        else:
            told.append(f"{event.fault} for {heal.at - event.at:.1f} s ({heal.bitten})")
    return told


def _well(case: Case) -> str:
    bad = sum(not op.good for op in case.during)
    if not case.during:
        return "every gate holds"
    if not bad and not case.bad_after:
        return f"all {len(case.during)} requests during the outage were answered well"
    told = f"{count(bad, 'request')} of {len(case.during)} failed during the outage as allowed"
    after = f"{len(case.bad_after)} of {len(case.after)} after the heal"
    return f"{told}, {after}" if case.bad_after else f"{told}, and none after the heal"
