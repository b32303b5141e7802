"""What an app fails with in calm, too, is not an effect of an outage."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from squall.config.profile import REFERENCE
from squall.core import events
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op, Outcome
from squall.runner.own_failures import logged_kinds, own_failures
from squall.runner.result import Run
from squall.scenario.model import Scenario
from squall.scenario.step import at
from squall_faults.network.refuse import Refuse

OURS = ("ValueError", "no field tags", "shop/posts.py:18 in create_post")
LOST = ("ConnectionError", "connection lost", "shop/posts.py:20 in list_posts")
INJECTED = events.FaultInjected(at=2.0, step=0, fault="network.refuse", label="refuse")
HEALED = events.FaultHealed(at=3.0, step=0, fault="network.refuse", what="x", bites=9)


def op(number: int, name: str, at: float, status: int = 200) -> Op:
    outcome = Outcome.APPLIED if status == 200 else Outcome.UNKNOWN
    return Op(
        id=number, name=name, effect="read", key=None, intended=at, sent=at, done=at + 0.1,
        outcome=outcome, status=status, error=None, content_type=None, retry_after=None, body="",
    )  # fmt: skip


def logged(kind: tuple[str, str, str], at: float, count: int) -> events.ErrorsLogged:
    exception, message, place = kind
    return events.ErrorsLogged(
        at=at, last=at, exception=exception, message=message, place=place, count=count,
        unhandled=count,
    )  # fmt: skip


def run_of(ops: list[Op], *errors: events.ErrorsLogged, verdict: Verdict = Verdict.FAIL) -> Run:
    evidence = Evidence(
        ops=ops,
        events=(INJECTED, HEALED, *errors),
        final_state=None,
        contract=Contract(deadline_seconds=1.0),
    )
    scenario = Scenario(name="cut", story="It rains.", steps=(at(0, Refuse(), lasting=1),))
    found = (Finding(gate="recovery-time", verdict=verdict, reason=""),)
    return Run(scenario=scenario, seed=1, engine="embedded", evidence=evidence, findings=found)


CASES: list[tuple[str, list[Op], list[events.ErrorsLogged], set[str]]] = [
    ("after the heal", [op(1, "make", 4, 500), op(2, "list", 2.5, 500)],
     [logged(LOST, 2.5, 1), logged(OURS, 4, 1)], {"make"}),
    ("in the whole run", [op(1, "make", 2.5, 500), op(2, "list", 4)], [logged(OURS, 2.5, 1)],
     {"make"}),
    ("an error of the outage as well", [op(1, "make", 4, 500), op(2, "list", 4, 500)],
     [logged(LOST, 4, 1), logged(OURS, 4, 1)], set()),
    ("fewer errors than failures", [op(1, "make", 4, 500), op(2, "list", 4, 500)],
     [logged(OURS, 4, 1)], set()),
    ("no error", [op(1, "make", 4, 500)], [], set()),
]  # fmt: skip


@pytest.mark.parametrize(("ops", "errors", "names"), [pytest.param(*c, id=i) for i, *c in CASES])
def test_only_failures_that_are_all_known_from_calm_are_the_apps_own(
    ops: list[Op], errors: list[events.ErrorsLogged], names: set[str]
) -> None:
    found = own_failures(run_of(ops, *errors), {OURS})
    assert set(found) == names
    assert not own_failures(run_of(ops, *errors), set())


def test_a_run_that_passed_is_not_repeated() -> None:
    passed = run_of([op(1, "make", 4, 500)], logged(OURS, 4, 1), verdict=Verdict.PASS)
    assert not own_failures(passed, {OURS})


def test_what_an_app_logs_before_any_fault_is_read_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(
        "ERROR:    Exception in ASGI application\n"
        "Traceback (most recent call last):\n"
        f'  File "{Path.cwd()}/shop/posts.py", line 18, in create_post\n'
        "ValueError: no field tags\n"
        "ERROR:    Exception in ASGI application\n"
        "Traceback (most recent call last):\n"
        f'  File "{Path.cwd()}/shop/posts.py", line 20, in list_posts\n'
        "sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached\n"
        "WARNING:  nothing\n"
    )
    lab: Any = SimpleNamespace(profile=REFERENCE, app=SimpleNamespace(log_path=log))
    assert logged_kinds(lab) == {OURS}
