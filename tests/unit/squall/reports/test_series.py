"""Columns for the charts: nothing is lost, nothing is too much."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from squall.core import events
from squall.reports.html import series


def test_every_request_is_in_one_bin_of_its_outcome(make: Any) -> None:
    ops = [make.refusal(n) if n % 10 == 0 else make.op(n) for n in range(300)]
    rate = series.rate(ops, 0.0)
    assert rate["bin"] == 0.05
    assert [sum(row) for row in rate["counts"]] == [270, 30, 0, 0]
    assert rate["at"][:3] == [0.025, 0.075, 0.125]
    assert len(rate["at"]) == 60
    assert {sum(column) for column in zip(*rate["counts"], strict=True)} == {5}


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.7, 3.0, 59.0, 600.0])
def test_there_are_never_too_many_bins(make: Any, seconds: float) -> None:
    rate = series.rate([make.op(0, at=0.0), make.op(1, at=seconds)], 0.0)
    assert 1 <= len(rate["at"]) <= series.MAX_BINS + 1
    assert sum(map(sum, rate["counts"])) == 2


def test_nothing_gives_empty_columns(run: Any, reported: Any) -> None:
    charts = series.charts(reported(run(ops=[])))
    assert charts["points"]["at"] == charts["rate"]["at"] == []


def test_points_are_in_order_and_say_what_happened(make: Any) -> None:
    ops = [make.op(1), make.refusal(0), make.op(2, status=None, error="reset", outcome="unknown")]
    points = series.points(ops, 0.0)
    assert (points["at"], points["kind"]) == ([0.0, 0.01, 0.02], [1, 0, 2])
    told = [points["words"][index] for index in points["what"]]
    assert told == ["read-item: HTTP 503", "read-item: HTTP 200", "read-item: no answer: reset"]


def test_a_long_run_is_thinned_but_its_errors_stay(make: Any) -> None:
    ops = [make.refusal(n) if n % 1000 == 0 else make.op(n) for n in range(40_000)]
    points = series.points(ops, 0.0)
    kept = len(points["at"])
    assert kept <= series.MAX_POINTS
    assert kept + points["left_out"] == 40_000
    assert points["kind"].count(1) == 40
    assert points["at"] == sorted(points["at"])


def test_a_time_without_samples_is_a_hole(run: Any) -> None:
    sessions = series.sessions(run().evidence, 0.0)
    hole = sessions["total"].index(None)
    assert sessions["at"][hole - 1 : hole + 2] == [1.1, 1.2, 1.8]
    assert sessions["total"].count(None) == 1
    assert all(a < b for a, b in itertools.pairwise(sessions["at"]))


def test_marks_are_the_heal_and_the_end_of_the_suffering(
    run: Any, reported: Any, finding: Any
) -> None:
    slow = finding("recovery-time", figures={"recovery_ms": 250.0})
    assert series.charts(reported(run(findings=[slow])))["marks"] == [
        {"at": 2.0, "label": "healed"},
        {"at": 2.25, "label": "recovered (+250 ms)"},
    ]
    assert series.charts(reported(run()))["marks"] == [{"at": 2.0, "label": "healed"}]
    assert series.charts(reported(run()))["faults"] == [
        {"label": "network.refuse", "from": 1.0, "to": 2.0}
    ]


def test_who_hung_up_on_purpose_is_told_apart(make: Any) -> None:
    gone = make.op(0, status=None, error="hung-up", outcome="unknown")
    assert series.points([gone], 0.0)["kind"] == [series.KINDS.index("hung-up")]
    assert [sum(row) for row in series.rate([gone], 0.0)["counts"]] == [0, 0, 0, 1]


def test_load_is_counted_between_two_looks_at_the_counters(evidence: Any) -> None:
    looks = [(0.0, 100, 5), (0.5, 160, 5), (1.0, 160, 9), (1.5, None, 9)]
    happened = [
        events.DatabaseLoad(at=10 + at, statements=statements, connections=connections)
        for at, statements, connections in looks
    ]
    assert series.load(evidence([], happened), 10.0) == {
        "at": [0.5, 1.0, 1.5], "statements": [120.0, 0.0, None], "connections": [0.0, 8.0, 0.0],
    }  # fmt: skip


def test_probes_have_a_lane_each(evidence: Any) -> None:
    answers = [(0.1, "ready", 200), (0.1, "live", 200), (0.2, "ready", None)]
    happened = [
        events.ProbeSampled(at=at, probe=probe, status=status, seconds=0.0, app_meant_down=False)
        for at, probe, status in answers
    ]
    assert series.probes(evidence([], happened), 0.0) == {
        "names": ["live", "ready"], "at": [0.1, 0.1, 0.2], "lane": [1, 0, 1],
        "status": [200, 200, None],
    }  # fmt: skip
