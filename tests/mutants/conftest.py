"""Cases and a matrix made by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from squall.gates.verdict import Verdict
from squall_proof.mutants.mutant_gallery import Mutant
from squall_proof.mutants.trial import MutantCase, Trial

MakeCase = Callable[..., MutantCase]


@pytest.fixture
def mutant() -> Mutant:
    return Mutant(
        name="twice",
        story="Orders twice.\n\nMistake: none.",
        exposed_by=("commit-reply-lost",),
        caught_by=("no-duplicate", "log-clean"),
    )


@pytest.fixture
def case(mutant: Mutant) -> MakeCase:
    """A case of one trial: of the mutant, or of the reference app."""

    def make(
        *failed: str, verdict: Verdict = Verdict.FAIL, reference: bool = False, reason: str = "why"
    ) -> MutantCase:
        trial = Trial(
            outage="commit-reply-lost",
            verdict=verdict if failed or verdict is not Verdict.FAIL else Verdict.PASS,
            failed=frozenset(failed),
            reasons=tuple(f"{gate}: {reason}" for gate in failed),
        )
        return MutantCase(mutant=None if reference else mutant, trials=(trial,))

    return make
