"""Stored runs as reports want them."""

from __future__ import annotations

from squall.reports.run_store import StoredRun, StoredSuite
from squall.reports.verdict_json import Reported
from squall.runner.result import LabFailure, NotRun
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped


def stored_report(stored: StoredRun, *, directory: str, app: str = "") -> Reported:
    """One run."""
    return Reported(
        run=stored.run,
        directory=directory,
        reproduce=stored.reproduce,
        app=app,
        coverage=stored.coverage,
    )


def stored_not_run(suite: StoredSuite) -> NotRun:
    """What a suite has besides runs: labs that failed, what was not judged or not run."""
    known = {each.scenario for each in suite.broken}
    problems = suite.part.problems if suite.part else ()
    broken = [
        LabFailure(scenario=named(each.scenario), reason=each.reason, attempted=each.attempted)
        for each in suite.broken
    ]
    for name, reason in suite.not_judged.items():
        if name not in known and reason not in problems:  # those, reports name by themselves
            broken.append(LabFailure(scenario=named(name), reason=reason, attempted=False))
    skipped = [Skipped(scenario=named(each.scenario), reason=each.reason) for each in suite.skipped]
    return NotRun(broken=broken, skipped=skipped)


def named(name: str) -> Scenario:
    """Of an outage without a run only the name is stored, and only that is reported."""
    return Scenario(name=name, story="not stored", steps=())
