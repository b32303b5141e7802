"""What counts as caught, as clean, and as nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from squall.core.events import ProcessorAwaited
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Contract, Evidence
from squall.runner.resolve_scenario import resolve_scenario
from squall.runner.result import LabFailure, Run
from squall_proof.mutants.mutant_gallery import Mutant
from squall_proof.mutants.trial import (
    GUARDS,
    MutantCase,
    proves_something,
    trial_of,
    trial_of_failure,
)

MakeCase = Callable[..., MutantCase]

OUTAGE = resolve_scenario("silent-network")


def run(*, starved: bool = False, excused: str = "", **verdicts: Verdict) -> Run:
    verdicts |= {excused: Verdict.INCONCLUSIVE} if excused else {}
    findings = tuple(
        Finding(gate=name.replace("_", "-"), verdict=verdict, reason="so", excused=name == excused)
        for name, verdict in verdicts.items()
    )
    waits = [ProcessorAwaited(at=at, seconds=at * 0.9) for at in (0.0, 0.5, 1.0) if starved]
    contract = Contract(deadline_seconds=1)
    evidence = Evidence(ops=(), events=tuple(waits), final_state=None, contract=contract)
    return Run(scenario=OUTAGE, seed=7, engine="embedded", evidence=evidence, findings=findings)


def test_a_mutant_is_caught_when_all_named_checkers_failed(case: MakeCase) -> None:
    assert case("no-duplicate", "log-clean", "availability").verdict is Verdict.PASS
    assert case("no-duplicate", "availability").verdict is Verdict.FAIL
    assert case().verdict is Verdict.FAIL


def test_a_mutant_that_was_not_tried_properly_is_unclear(case: MakeCase) -> None:
    assert case(verdict=Verdict.INCONCLUSIVE).verdict is Verdict.INCONCLUSIVE


def test_a_gate_that_a_busy_machine_kept_from_judging_is_unclear_where_it_is_meant() -> None:
    well: dict[str, Any] = dict.fromkeys(GUARDS, Verdict.PASS)
    trial = trial_of(run(excused="health_probes", log_clean=Verdict.FAIL, **well))
    for caught_by, verdict in (
        (("health-probes",), Verdict.INCONCLUSIVE),
        (("no-duplicate",), Verdict.FAIL),
        (("log-clean",), Verdict.PASS),
    ):
        meant = Mutant(name="m", story="Story.", exposed_by=("x",), caught_by=caught_by)
        case = MutantCase(mutant=meant, trials=(trial,))
        assert case.verdict is verdict
        assert case.own_gate_excused is (verdict is Verdict.INCONCLUSIVE)


def test_the_reference_is_clean_or_it_is_not(case: MakeCase) -> None:
    assert case(reference=True).verdict is Verdict.PASS
    assert case("log-clean", reference=True).verdict is Verdict.FAIL
    unclear = case(reference=True, verdict=Verdict.INCONCLUSIVE)
    assert unclear.verdict is Verdict.INCONCLUSIVE


def test_a_run_gives_its_failed_checkers_and_all_its_reasons() -> None:
    trial = trial_of(
        run(
            steady_state=Verdict.PASS,
            log_clean=Verdict.FAIL,
            generator_kept_up=Verdict.INCONCLUSIVE,
        )
    )
    assert trial.failed == {"log-clean"}
    assert trial.reasons == ("log-clean: so", "generator-kept-up: so")
    assert (trial.verdict, trial.seed) == (Verdict.FAIL, 7)


def test_a_run_on_a_busy_machine_proves_nothing_unless_something_failed_all_the_same() -> None:
    well: dict[str, Any] = dict.fromkeys(GUARDS, Verdict.PASS)
    late = well | {"recovery_time": Verdict.INCONCLUSIVE}
    assert proves_something(run(**well))
    assert proves_something(run(starved=True, **well))
    assert proves_something(run(**late))
    assert not proves_something(run(starved=True, **late))
    assert proves_something(run(starved=True, **late, no_duplicate=Verdict.FAIL))


def test_who_was_not_well_before_the_fault_was_caught_by_nobody() -> None:
    trial = trial_of(run(steady_state=Verdict.INCONCLUSIVE, log_clean=Verdict.FAIL))
    assert (trial.failed, trial.verdict) == (frozenset(), Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(("app_failed", "failed"), [(True, {"app-survived"}), (False, set())])
def test_an_app_that_cannot_start_is_caught_and_a_failed_lab_is_nothing(
    app_failed: bool, failed: set[str]
) -> None:
    failure = LabFailure(
        scenario=OUTAGE, reason="it ended with exit code 3:\nits last words", app_failed=app_failed
    )
    trial = trial_of_failure(failure, 3)
    assert trial.failed == failed
    assert trial.verdict is (Verdict.FAIL if failed else Verdict.INCONCLUSIVE)
    assert trial.reasons == ("it ended with exit code 3",)
