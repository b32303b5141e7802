"""A fault comes amid requests: statements are delayed before it, longer at a small load."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from squall import Scenario, at
from squall.scenario.lead import DELAYS, WORKS, with_lead
from squall.scenario.library import stock
from squall.scenario.yaml_dumper import dump
from squall.scenario.yaml_loader import loads
from squall_faults.app.crash import AppCrash
from squall_faults.client.repeat import Repeat

STOCK = {one.name: one for one in stock()}
AMID = sorted(name for name, one in STOCK.items() if one.amid_requests)
CRASH = at(0, AppCrash(), lasting=0.4)


@pytest.mark.parametrize(("rate", "begun"), [(80.0, 16), (40.0, 16), (20.0, 15), (10.0, 7.5)])
def test_as_many_requests_begin_before_the_fault(rate: float, begun: float) -> None:
    lead, (crash,) = with_lead((CRASH,), rate, 3.0)
    assert crash.at_seconds * rate == pytest.approx(begun)
    assert lead.delay_ms / 1000 == pytest.approx(crash.at_seconds / DELAYS, abs=0.001)


@pytest.mark.parametrize("deadline", [0.3, 1.0, 3.0, 30.0])
def test_most_of_the_deadline_is_left_for_the_outage(deadline: float) -> None:
    lead, (crash,) = with_lead((CRASH,), 10.0, deadline)
    assert crash.at_seconds == pytest.approx(min(0.25 * deadline, 0.8))
    assert lead.at_seconds == pytest.approx(0.0)
    assert lead.lasting_seconds > crash.at_seconds


def test_what_comes_before_the_fault_lasts_longer_and_what_follows_comes_later() -> None:
    repeats = at(0, Repeat(share=1.0, after_ms=100), lasting=1.0)
    steps = (repeats, at(0.4, AppCrash(), lasting=0.1), at(0.9, AppCrash(), lasting=0.1))
    lead, (before, met, later) = with_lead(steps, 20.0, 3.0)
    assert lead.at_seconds == pytest.approx(0.0)
    assert (before.at_seconds, before.lasting_seconds) == pytest.approx((0.0, 1.35))
    assert (met.at_seconds, later.at_seconds) == pytest.approx((0.75, 1.25))


def test_steps_with_time_enough_stay_as_they_are() -> None:
    steps = (at(0, Repeat(share=1.0, after_ms=100), lasting=1.0), at(0.4, AppCrash(), lasting=0.1))
    lead, moved = with_lead(steps, 80.0, 3.0)
    assert moved == steps
    assert lead.at_seconds == pytest.approx(0.2)


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM notes", "  insert into notes", "COMMIT", "COMMIT;", "WITH a AS (SELECT 1) …"],
)
def test_what_does_something_is_delayed(sql: str) -> None:
    assert re.search(WORKS, sql, re.IGNORECASE)


@pytest.mark.parametrize(
    "sql", ["BEGIN", "begin transaction", " SELECT 1", ";", "", "SET a = 1", "ROLLBACK", "SHOW x"]
)
def test_what_does_no_work_is_not_delayed(sql: str) -> None:
    assert not re.search(WORKS, sql, re.IGNORECASE)


def test_the_outages_that_cut_or_end_come_amid_requests() -> None:
    assert {"app-crash", "database-crash-restart", "sessions-terminated"} <= set(AMID)
    for name in AMID:
        scenario = STOCK[name]
        lead, steps = with_lead(scenario.steps, scenario.load.rate_per_second, 3.0)
        assert len(steps) == len(scenario.steps)
        assert lead.fault.delay_ms == pytest.approx(67, abs=1)


@pytest.mark.parametrize("name", AMID)
def test_the_file_keeps_it_and_the_plan_has_its_time(name: str) -> None:
    scenario: Scenario = STOCK[name]
    assert loads(dump(scenario)) == scenario
    at_once = replace(scenario, amid_requests=False)
    assert scenario.planned_seconds == pytest.approx(at_once.planned_seconds + 0.2)
