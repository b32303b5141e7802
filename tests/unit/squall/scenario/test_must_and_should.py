"""What must hold fails a run; what should hold is shown, and fails it when strict."""

from __future__ import annotations

from typing import Any

import pytest
from squall import Scenario, UsageError, at, dump, loads
from squall.gates.availability import Availability
from squall.gates.starvation import excuse_starved
from squall.gates.verdict import worst
from squall.scenario.judge import judge_run
from squall.scenario.library import stock
from squall_faults import Effect, Stall, entry

SCENARIO = Scenario(
    name="away",
    story="The database is away.",
    steps=(at(0, Stall(), lasting="1.5 deadlines"),),
    should={"availability": Availability(during_min=0.5)},
)


def run_of(evidence: Any, make: Any) -> Any:
    """Everything is refused during the outage, honestly and quickly."""
    good = [make.op(n, at=n / 100) for n in [*range(60), *range(210, 270)]]
    refused = [make.refusal(n, at=n / 100) for n in range(100, 150)]
    return evidence([*good, *refused])


def availability(found: Any) -> Any:
    return next(finding for finding in found if finding.gate == "availability")


def test_an_app_that_refuses_honestly_passes_and_is_told_what_it_should_do(
    evidence: Any, make: Any
) -> None:
    found = availability(judge_run(SCENARIO, run_of(evidence, make)))
    assert (found.verdict, found.noted) == ("pass", True)
    assert found.code == "too-few-good-answers-during"
    assert found.reason.startswith("should, not must: during the outage 0.0% of 50 were good")


def test_strict_makes_a_limit_of_what_should_hold(evidence: Any, make: Any) -> None:
    strict = SCENARIO.strict()
    assert availability(judge_run(strict, run_of(evidence, make))).verdict == "fail"
    assert loads(dump(strict)) == strict


def test_what_must_hold_fails_whatever_should(evidence: Any, make: Any) -> None:
    must = Scenario(
        name="x",
        story="y",
        steps=(),
        gates={"availability": Availability(during_min=0.1)},
        should={"availability": Availability(during_min=0.5)},
    )
    found = availability(judge_run(must, run_of(evidence, make)))
    assert (found.verdict, found.noted) == ("fail", False)
    assert "not 10%" in found.reason


def test_a_run_without_shortfall_has_no_note(evidence: Any, make: Any) -> None:
    good = evidence([make.op(n, at=n / 100) for n in range(300)])
    assert not availability(judge_run(SCENARIO, good)).noted
    assert worst(one.verdict for one in excuse_starved([], good)) == "inconclusive"


def test_both_are_written_and_read() -> None:
    assert loads(dump(SCENARIO)) == SCENARIO
    assert "lasting: 1.5 deadlines" in dump(SCENARIO)


TEXT = """
squall: 1
name: away
story: Nobody answers.
steps: [{fault: network.stall, lasting: 2 deadlines}]
"""


@pytest.mark.parametrize(
    ("lasting", "seconds", "deadlines"),
    [("800 ms", 0.8, 0.0), ("2 s", 2.0, 0.0), ("1 deadline", 0.0, 1.0), ("1.5 deadlines", 0, 1.5)],
)
def test_a_duration_has_a_unit(lasting: str, seconds: float, deadlines: float) -> None:
    step = loads(TEXT.replace("2 deadlines", lasting)).steps[0]
    assert (step.lasting_seconds, step.lasting_deadlines) == (seconds, deadlines)
    assert at(0, Stall(), lasting=lasting) == step


@pytest.mark.parametrize("lasting", ["2 starts", "2.0 starts"])
def test_a_duration_follows_the_start_of_the_app(lasting: str) -> None:
    """An outage that a starting app is to meet is longer than its start."""
    outage = loads(TEXT.replace("2 deadlines", lasting))
    assert outage.steps[0].lasting_starts == 2
    assert loads(dump(outage)) == outage
    slow = outage.for_app(deadline=1.0, start=4.5).steps[0]
    assert (slow.lasting_seconds, slow.lasting_starts) == (9.0, 0.0)


@pytest.mark.parametrize(
    "name",
    [
        "app-starts-while-database-is-down", "app-restarts-in-an-outage",
        "app-starts-while-redis-is-down",
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", [0.0, 0.4, 3.0, 12.0])
def test_a_slow_app_starts_before_the_server_is_back(name: str, start: float) -> None:
    outage = next(one for one in stock() if one.name == name)
    down, crash = outage.for_app(deadline=1.0, start=start).steps
    started = crash.at_seconds + crash.lasting_seconds + start
    assert down.at_seconds + down.lasting_seconds > started


@pytest.mark.parametrize("start", [0.0, 0.4, 3.0, 12.0])
def test_a_slow_app_is_back_before_clients_repeat_what_they_sent(start: float) -> None:
    """Those writes are meant that were done before it was killed."""
    outage = next(one for one in stock() if one.name == "callers-repeat-after-a-restart")
    assert loads(dump(outage)) == outage
    repeats, crash = outage.for_app(deadline=1.0, start=start).steps
    back = crash.at_seconds + crash.lasting_seconds + start
    waits = repeats.fault.after_ms / 1000  # type: ignore[attr-defined] # client.repeat has it
    assert back < crash.at_seconds + waits
    assert back < repeats.at_seconds + repeats.lasting_seconds


@pytest.mark.parametrize("lasting", ["soon", "3", "2 minutes", "-1 s"])
def test_a_duration_that_is_none_is_refused_with_its_line(lasting: str) -> None:
    with pytest.raises(UsageError, match=r":5: lasting: .* is not a duration; write '800 ms'"):
        loads(TEXT.replace("2 deadlines", f'"{lasting}"'))


def test_a_gate_is_switched_off_under_gates_only() -> None:
    with pytest.raises(UsageError, match="should: has limits only"):
        loads(f"{TEXT}should: {{log-clean: off}}\n")


@pytest.mark.parametrize("deadline", [0.3, 0.5, 1.0, 3.0, 10.0, 30.0])
def test_every_silent_outage_outlasts_the_deadline(deadline: float) -> None:
    """An app without any time-out keeps a request waiting for longer than it may."""
    grace = min(0.25, max(0.1, 0.15 * deadline))
    for outage in stock():
        for step in outage.for_app(deadline=deadline).steps:
            silent = entry(step.label).effect in (Effect.SILENCES, Effect.BLOCKS)
            if outage.name == "slow-after-cancelled-statements":
                continue  # short on purpose: every request can wait for it
            if silent and step.label != "network.half_open":  # stays silent after its heal
                assert step.lasting_seconds > deadline + grace, (outage.name, deadline)


NOTHING_IS_OUT = {
    "callers-hold-streams": Availability(during_min=0.95, after_min=0.95),
    "slow-clients": Availability(during_min=0.5),
}
"""Clients are slow or stay, and nothing fails: there is no reason to refuse the others."""


def test_the_library_fails_no_app_for_refusing() -> None:
    for outage in stock():
        must = {gate.name: gate for gate in outage.all_gates()}
        limit = must["availability"]
        assert limit == NOTHING_IS_OUT.get(outage.name, Availability()), outage.name
        assert "availability" in outage.should or outage.name == "callers-hold-streams"


@pytest.mark.parametrize("limit", [0.5, 0.0], ids=["missed", "held"])
def test_a_gate_that_is_no_must_is_shown_as_what_should_hold(
    evidence: Any, make: Any, limit: float
) -> None:
    wish = Scenario(
        name="x",
        story="y",
        steps=(),
        gates={"availability": None},
        should={"availability": Availability(during_min=limit)},
    )
    found = availability(judge_run(wish, run_of(evidence, make)))
    assert (found.verdict, found.noted) == ("pass", limit > 0)
    assert availability(judge_run(wish.strict(), run_of(evidence, make))).verdict == (
        "fail" if limit else "pass"
    )


def test_a_gate_that_is_no_must_and_proves_nothing_is_left_out(evidence: Any, make: Any) -> None:
    wish = Scenario(
        name="x",
        story="y",
        steps=(),
        gates={"availability": None},
        should={"availability": Availability(during_min=0.5)},
    )
    found = judge_run(wish, evidence([make.op(1, at=0.1)]))
    assert all(one.gate != "availability" for one in found)
