"""Requests after the heal: as quick as before, soon."""

from __future__ import annotations

from squall.sweeping.later_requests import slowed
from squall.sweeping.sweep_result import CellFailure

CALM = 0.005


def test_three_slow_ones_in_a_row_are_found() -> None:
    problem = slowed([(0.6, CALM)] * 3, deadline=1.0)
    assert problem is not None
    assert problem.failure is CellFailure.SLOW
    assert problem.text == (
        "after the heal requests in a row succeed, but take up to 600 ms; without a fault at most"
        " 5 ms"
    )


def test_one_that_waits_until_the_outage_is_over_is_none() -> None:
    assert slowed([(0.9, CALM), (0.8, CALM), (0.01, CALM), (0.9, CALM)], deadline=1.0) is None


def test_an_app_that_is_slow_without_a_fault_is_none() -> None:
    assert slowed([(0.6, 0.2)] * 4, deadline=1.0) is None


def test_few_requests_prove_nothing() -> None:
    assert slowed([(0.9, CALM)] * 2, deadline=1.0) is None
