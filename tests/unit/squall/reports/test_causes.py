"""Causes over outages: which to mend first, where it is, and what would be left."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from squall.core.events import ErrorsLogged, HandlerLocated, ProbeSampled
from squall.gates.verdict import Verdict
from squall.reports.causes import causes_of_runs
from squall.reports.causes_text import causes_lines
from squall.reports.plain_text import source_lines
from squall.runner.run import Run
from squall.scenario.judge import judge_run

HERE, THERE = "shop/main.py:81 in list_items", "shop/main.py:88 in get_item"


def logged(place: str, count: int) -> ErrorsLogged:
    return ErrorsLogged(
        at=1.2, exception="ConnectionError", message="lost", place=place, count=count,
        unhandled=count, last=1.9,
    )  # fmt: skip


@pytest.fixture
def unhandled(run: Any, make: Any) -> Any:
    """A run with errors 500 during the outage, judged by the gates; ``more`` events to differ."""

    def build(name: str, *more: Any) -> Run:
        bad = [make.op(n, status=500, outcome="unknown", body="oops") for n in range(110, 130)]
        good = [make.op(n) for n in range(300) if not 110 <= n < 130]
        made = run(name=name, ops=sorted([*good, *bad], key=lambda op: op.id))
        events = [logged(HERE, 9), logged(THERE, 2), *more]
        evidence = dataclasses.replace(made.evidence, events=(*made.evidence.events, *events))
        judged = judge_run(made.scenario, evidence)
        kept = tuple(one for one in judged if one.gate in ("error-contract", "answered-in-time"))
        result: Run = dataclasses.replace(made, evidence=evidence, findings=kept)
        return result

    return build


def test_one_cause_of_several_outages_names_the_lines(unhandled: Any, run: Any) -> None:
    [cause] = causes_of_runs([unhandled("cut"), run(), unhandled("slow")])
    assert cause.headline == "2 of 2: unhandled database errors become HTTP 500"
    assert cause.at == f"at {HERE}, {THERE}"
    assert cause.names == ["cut", "slow"]


def test_without_a_line_that_raised_the_functions_that_answered_are_named(
    run: Any, make: Any
) -> None:
    """Requests that wait without a limit leave no traceback."""
    late = [make.op(n, done=n * 0.01 + 3.0) for n in range(110, 130)]
    good = [make.op(n) for n in range(300) if not 110 <= n < 130]
    made = run(ops=sorted([*good, *late], key=lambda op: op.id))
    name = late[0].name
    found = [HandlerLocated(at=3.0, operation=name, place=HERE),
             HandlerLocated(at=3.0, operation="another", place=THERE)]  # fmt: skip
    evidence = dataclasses.replace(made.evidence, events=(*made.evidence.events, *found))
    judged = judge_run(made.scenario, evidence)
    kept = tuple(one for one in judged if one.gate == "answered-in-time")
    assert [one.verdict for one in kept] == [Verdict.FAIL]
    both = [dataclasses.replace(made, evidence=evidence, findings=kept)] * 2
    assert both[0].diagnosis.handlers == (HERE,)
    assert source_lines(both[0])[0] == f"handled by {HERE}"
    [cause] = causes_of_runs(both)
    assert cause.at == f"handled by {HERE}"
    raised = dataclasses.replace(evidence, events=(*evidence.events, logged(THERE, 3)))
    [cause] = causes_of_runs([dataclasses.replace(one, evidence=raised) for one in both])
    assert cause.at == f"at {THERE}"


def test_what_would_remain_is_what_the_gates_find_without_the_cause(unhandled: Any) -> None:
    lie = ProbeSampled(at=1.5, probe="live", status=500, seconds=0.01, app_meant_down=False)
    [cause] = causes_of_runs([unhandled("cut"), unhandled("probed", lie)])
    assert [one.remains is None for one in cause.failures] == [True, False]
    assert cause.after_it == (
        "If this is mended, 1 of them would still fail:"
        " 1 x the liveness probe depends on the database."
    )


@pytest.mark.parametrize(("at", "remains"), [(1.301, False), (1.6, True)])
def test_a_connection_that_an_error_closed_is_mended_with_the_error(
    unhandled: Any, make: Any, at: float, remains: bool
) -> None:
    """The last of the errors ends at 1.295 s: its server closes the connection behind it."""
    cut = make.op(400, at=at, done=at + 0.002, status=None, outcome="unknown", error="disconnected")
    made = unhandled("cut")
    ops = tuple(sorted([*made.evidence.ops, cut], key=lambda op: op.sent))
    evidence = dataclasses.replace(made.evidence, ops=ops)
    judged = tuple(
        one for one in judge_run(made.scenario, evidence) if one.gate == "error-contract"
    )
    assert [one.verdict for one in judged] == [Verdict.FAIL]
    [cause] = causes_of_runs([dataclasses.replace(made, evidence=evidence, findings=judged)] * 2)
    assert [one.remains is not None for one in cause.failures] == [remains] * 2


def test_the_commonest_cause_is_first_and_failures_go_before_what_is_not_proven(
    unhandled: Any, run: Any, finding: Any
) -> None:
    unclear = run(name="x", findings=[finding("faults-bit", verdict=Verdict.INCONCLUSIVE)])
    leak = run(name="l", findings=[finding("no-duplicate", figures={"duplicated": 2})])
    causes = causes_of_runs([unclear, leak, unhandled("a"), unhandled("b")])
    assert [len(cause.failures) for cause in causes] == [2, 1, 1]
    assert [cause.verdict.value for cause in causes] == ["fail", "fail", "inconclusive"]
    lines = [line for _, line in causes_lines(causes, "squall check --only {name}")]
    assert lines[0] == "1. 2 of 3: unhandled database errors become HTTP 500"
    assert lines[2].strip().startswith("Mend this first: Answer 503")
    assert "   reproduce: squall check --only a" in lines


def test_a_custom_gate_is_its_own_cause_and_nothing_is_claimed_of_the_rest(
    run: Any, finding: Any
) -> None:
    own = run(findings=[finding("my-gate", reason="7 of 9")])
    assert causes_of_runs([own, run()]) == []  # one failure says everything itself
    [cause] = causes_of_runs([own, own])
    assert cause.title == "my-gate"
    assert cause.failures[0].remains is None
