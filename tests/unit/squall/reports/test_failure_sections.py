"""What a failed test shows of a run: findings, timeline, connections, the end of the log."""

from __future__ import annotations

import dataclasses
from typing import Any

from squall.core.events import GaugesSampled
from squall.pytest.outage_runs import RunsOfSession
from squall.reports.failure_sections import LOG_LINES, sections


def test_a_failure_has_four_sections(run: Any, finding: Any) -> None:
    failed = run(findings=[finding()])
    log = "\n".join(f"line {number}" for number in range(100))
    found = dict(sections(failed, log, "pytest x"))
    assert list(found) == [
        "squall: cut",
        "squall: timeline of cut",
        "squall: connections of the app in cut",
        f"squall: log of the app in cut, last {LOG_LINES} of 100 lines",
    ]
    first, timeline, pool, tail = found.values()
    assert "  fail availability: 60% were good, not 90%" in first
    assert first.endswith("reproduce: pytest x")
    assert "network.refuse healed: 3 cuts" in timeline
    assert pool.splitlines()[0] == (
        "before  5 at its end, 5 at most, 0 idle in transaction at most"
    )
    assert tail.splitlines()[0] == f"line {100 - LOG_LINES}"


def test_gauges_are_told_as_a_range_and_states_as_words(run: Any) -> None:
    plain = run()
    told = [
        GaugesSampled(at=n, values={"state": n, "used": n}, states={"state": word})
        for n, word in enumerate(["closed", "open", "open", "closed"])
    ]
    evidence = dataclasses.replace(plain.evidence, events=(*plain.evidence.events, *told))
    lines = dict(sections(dataclasses.replace(plain, evidence=evidence), "", ""))
    pool = lines["squall: connections of the app in cut"].splitlines()
    assert pool[-2:] == ["state: closed, open", "used: 0 to 3, at the end 3"]


def test_a_run_has_a_short_face_and_is_true_when_it_passed(run: Any, finding: Any) -> None:
    assert repr(run()) == "<Run cut seed 7: pass>"
    failed = run(findings=[finding()])
    assert repr(failed) == "<Run cut seed 7: fail: availability: 60% were good, not 90%>"
    assert run()
    assert not failed
    assert not run(findings=[])


def test_properties_for_junit(run: Any) -> None:
    found = dict(RunsOfSession(run=run(), app_log="", reproduce="again", report=None).properties())
    assert found["squall.recovery"] == "0 ms"
    assert found["squall.reproduce"] == "again"
