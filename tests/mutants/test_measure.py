"""Who is tried under what: mutants under their outages, the reference app under all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from harness.checkers.verdict import Verdict
from harness.mutants import trial as trials
from harness.mutants.gallery import Mutant
from harness.mutants.matrix import Plan, measure
from harness.mutants.trial import Case, Trial
from harness.scenario.model import Scenario

Asked = list[tuple[str, tuple[str, ...], int]]


def mutant(name: str, *outages: str) -> Mutant:
    return Mutant(name=name, story="Story.", exposed_by=outages, caught_by=("log-clean",))


MUTANTS = (mutant("a", "silent-network"), mutant("b", "silent-network", "deadlocks"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What would have been tried; mutants are caught, the reference is clean."""
    found: Asked = []

    async def tried(
        of: Mutant | None, outages: Sequence[Scenario], *, engine: str, seed: int, tries: int
    ) -> Case:
        assert engine == "embedded"
        assert tries in (1, trials.TRIES)
        names = tuple(outage.name for outage in outages)
        found.append(("reference" if of is None else of.name, names, seed))
        failed = frozenset() if of is None else frozenset(of.caught_by)
        trial = Trial(outage=names[0], verdict=Verdict.PASS, failed=failed)
        return Case(mutant=of, trials=(trial,))

    monkeypatch.setattr(trials, "tried", tried)
    return found


async def test_the_reference_goes_through_all_outages_shared_among_the_labs(asked: Asked) -> None:
    heard: list[Case] = []
    found = await measure(Plan(mutants=MUTANTS, seed=9, jobs=2, on_case=heard.append))
    assert sorted(asked) == [
        ("a", ("silent-network",), 9),
        ("b", ("deadlocks", "silent-network"), 9),
        ("reference", ("deadlocks",), 9),
        ("reference", ("silent-network",), 9),
    ]
    assert found.verdict is Verdict.PASS
    assert sorted(case.name for case in heard) == ["a", "b", "reference", "reference"]


async def test_repeats_draw_other_seeds_and_the_reference_can_be_left_out(asked: Asked) -> None:
    found = await measure(Plan(mutants=MUTANTS[:1], seed=9, repeats=3, reference=False))
    assert asked == [("a", ("silent-network",), seed) for seed in (9, 1009, 2009)]
    assert [case.name for case in found.cases] == ["a", "a", "a"]


async def test_what_is_unclear_beside_others_is_tried_again_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running, most, heard = 0, list[tuple[str, int, int]](), list[Case]()

    async def tried(
        of: Mutant | None, outages: Sequence[Scenario], *, engine: str, seed: int, tries: int
    ) -> Case:
        nonlocal running
        del engine, seed
        running += 1
        await asyncio.sleep(0)
        most.append(("reference" if of is None else of.name, tries, running))
        running -= 1
        again = of is MUTANTS[0] and tries == 1
        verdict = Verdict.INCONCLUSIVE if again else Verdict.PASS
        failed = frozenset() if of is None or again else frozenset(of.caught_by)
        trial = Trial(outage=outages[0].name, verdict=verdict, failed=failed)
        return Case(mutant=of, trials=(trial,))

    monkeypatch.setattr(trials, "tried", tried)
    found = await measure(Plan(mutants=MUTANTS, seed=9, jobs=2, on_case=heard.append))
    assert most[-1] == ("a", trials.TRIES, 1)
    assert {tries for _, tries, _ in most[:-1]} == {1}
    assert [case.name for case in heard].count("a") == 1
    assert found.verdict is Verdict.PASS
