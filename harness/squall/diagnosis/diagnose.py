"""From findings to one sentence and one remedy. Pure, so stored runs can be diagnosed again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from squall.core.events import FaultHealed, FaultInjected
from squall.diagnosis.judged_run import Diagnosis, JudgedRun, count
from squall.diagnosis.rules import CAUSES
from squall.gates.verdict import Finding, Verdict, sort_by_severity
from squall.history.evidence import Evidence

STORED_DATA = frozenset({"no-acknowledged-write-lost", "no-duplicate", "refused-write-absent"})
"""Gates that read writes back from the database."""

AT_A_LINE = frozenset(
    {
        "broken-error-contract",
        "unhandled-error",
        "coroutine-awaited-twice",
        "error-text",
        "leaked-connection",
        "not-recovered",
        "descriptors-left-open",
        "below-target",
        "silence",
        "retry-storm",
        "upstream-retry-storm",
        "process-ended",
        "disclosed-secret",
        "answer-unlike-calm",
        "slow-refusals",
        "no-room-for-two",
    }
)
"""Causes that errors in the app's log indicate."""

NOBODY = "nobody asked during it"


def diagnose(evidence: Evidence, findings: Sequence[Finding]) -> Diagnosis:
    """The most severe cause that explains the findings; without one, a summary of the run."""
    case = JudgedRun(evidence, findings)
    for cause in CAUSES:
        with suppress(KeyError):  # a custom gate of that name has other figures
            diagnosis = cause(case)
            if diagnosis is not None:
                code = cause.__name__.replace("_", "-")
                places = case.places if code in AT_A_LINE else ()
                handlers = () if places else case.handlers
                return replace(
                    diagnosis, code=code, places=places, handlers=handlers,
                    suspects=case.suspects(code),
                )  # fmt: skip
    failed = sort_by_severity(one for one in findings if one.verdict is Verdict.FAIL)
    if failed:
        return Diagnosis(f"{failed[0].gate}: {failed[0].reason}")
    return Diagnosis(_well(case) + _untold(findings))


def describe_outage(evidence: Evidence) -> str:
    """The outage in one sentence: what happened to the app, and what its clients noticed."""
    case = JudgedRun(evidence, ())
    faults = ", then ".join(_faults(evidence)) or "no fault"
    bad, asked = sum(not op.good for op in case.during), len(case.during)
    during = f"{bad} of {count(asked, 'request')} failed during it" if asked else NOBODY
    if not case.after:
        return f"{faults}: {during}"
    failed = "" if asked else " failed"
    return f"{faults}: {during}, {len(case.bad_after)} of {len(case.after)}{failed} after the heal"


def _faults(evidence: Evidence) -> list[str]:
    """``database.crash for 0.4 s (12 sessions lost)``, in order of start."""
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


def _untold(findings: Sequence[Finding]) -> str:
    """What a passed run does not prove: no gate could read what the app stored."""
    left = {one.gate for one in findings if one.verdict is Verdict.NOT_JUDGED}
    return "; stored data was not judged" if left >= STORED_DATA else ""


def _well(case: JudgedRun) -> str:
    bad = sum(not op.good for op in case.during)
    if not case.during:
        return "every gate holds"
    if not bad and not case.bad_after:
        return f"all {len(case.during)} requests during the outage succeeded"
    told = f"{count(bad, 'request')} of {len(case.during)} failed during the outage as allowed"
    after = f"{len(case.bad_after)} of {len(case.after)} after the heal"
    return f"{told}, {after}" if case.bad_after else f"{told}, and none after the heal"
