"""The sweep of the reference is clean; defects are found at their fault points, and repeat."""

from __future__ import annotations

import pytest
import squall
from squall.lab.lab_options import LabOptions
from squall.reports.sweep_json import sweep_document, sweep_schema
from squall.sweeping.sweep_result import CellFailure, Status, SweepResult
from squall_proof.mutants.mutant_gallery import gallery

from tests.scenarios.test_pairs import READ, SEEN
from tests.scenarios.test_pairs import profile as pair_profile

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(240)]

MUTANTS = {each.name: each.profile() for each in gallery()}


def failures(result: SweepResult) -> set[CellFailure]:
    return {problem.failure for one in result.failed for problem in one.problems}


def test_the_reference_survives_or_refuses_well() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    result = squall.sweep(LabOptions(profile=squall.REFERENCE, seed=4))
    assert [(one.cell.id, one.problems) for one in result.failed] == []
    assert result.exercised > 110
    assert result.coverage == 1
    assert result.count(Status.NOT_EXERCISED) == 0
    jsonschema.validate(sweep_document(result), sweep_schema())


@pytest.mark.parametrize(
    ("mutant", "cell", "failure"),
    [
        (
            "keeps_the_connection_whose_begin_failed",
            "place-order/1/40P01/once",
            CellFailure.POISONED,
        ),
        ("orders_twice_when_repeated", "place-order/3/cut_after/once", CellFailure.TWICE),
        ("no_retry_after", "place-order/1/57014/once", CellFailure.UNDOCUMENTED),
        ("commits_after_the_answer", "place-order/3/slow/once", CellFailure.EARLY),
        ("always_ready", "readiness/connect/cut_before/on", CellFailure.READINESS),
        ("opens_a_file_for_each_error", "leftovers/connect/cut_before/on", CellFailure.LEFTOVER),
        pytest.param(
            "opens_a_connection_for_each_error",
            "leftovers/connect/57014/on",
            CellFailure.LEFTOVER,
            marks=pytest.mark.proof,
        ),
        ("one_connection_for_everybody", "burst/connect/silence/on", CellFailure.CROWD),
        *(
            pytest.param(*each, marks=pytest.mark.proof)
            for each in (
                ("pool_without_a_limit", "burst/connect/silence/on", CellFailure.CROWD),
                ("fixed_backoff", "burst/connect/40001/on", CellFailure.IN_STEP),
                ("retries_without_budget", "burst/connect/40001/on", CellFailure.STORM),
                ("empty_answer_in_an_outage", "outage/connect/cut_before/on", CellFailure.WRONG),
                ("waits_out_every_outage", "outage/connect/cut_before/on", CellFailure.SLOW),
                ("writes_behind", "acknowledged/connect/crash/on", CellFailure.EARLY),
                ("counts_those_who_left", "leftovers/connect/hang_up/on", CellFailure.POISONED),
                ("listens_only_once", "leftovers/connect/cut_before/on", CellFailure.LEFTOVER),
                ("backs_off_for_everybody", "place-order/1/cut_before/on", CellFailure.SLOW),
                (
                    "not_found_when_it_cannot_look",
                    "place-order-read-back/1/57014/once",
                    CellFailure.WRONG,
                ),
            )
        ),
        pytest.param(
            "keeps_a_session_lock",
            "place-order/3/40001/once",
            CellFailure.LEFT_OPEN,
            marks=pytest.mark.proof,
        ),
    ],
)
def test_a_defect_is_found_at_one_fault_point(mutant: str, cell: str, failure: CellFailure) -> None:
    options = LabOptions(profile=MUTANTS[mutant], seed=4)
    result = squall.sweep(options, cells=(cell,))
    assert failure in failures(result), result.results


@pytest.mark.parametrize(("twin", "found"), [("broken", {CellFailure.SETTING}), ("sound", set())])
def test_a_setting_that_stays_on_its_session_is_found(twin: str, found: set[CellFailure]) -> None:
    options = LabOptions(profile=pair_profile("session_setting", twin, (SEEN, READ)), seed=4)
    result = squall.sweep(options, cells=("seen/1/57014/once",))
    assert failures(result) == found, result.results


def test_the_same_points_are_clean_in_the_reference() -> None:
    cells = (
        "place-order/1/40P01/once", "place-order/3/cut_after/once", "place-order/1/57014/once",
        "place-order/3/slow/once", "readiness/connect/cut_before/on",
        "leftovers/connect/cut_before/on", "start-up/connect/cut_before/on",
        "leftovers/connect/hang_up/on", "burst/connect/silence/on", "burst/connect/40001/on",
        "outage/connect/cut_before/on", "acknowledged/connect/crash/on",
        "place-order-read-back/1/57014/once",
    )  # fmt: skip
    result = squall.sweep(LabOptions(profile=squall.REFERENCE, seed=4), cells=cells)
    assert failures(result) == set()
    assert len(result.results) == len(cells)
