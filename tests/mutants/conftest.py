"""Cases and a matrix made by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.checkers.verdict import Verdict
from harness.mutants.gallery import Mutant
from harness.mutants.trial import Case, Trial

MakeCase = Callable[..., Case]


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
    ) -> Case:
        trial = Trial(
            outage="commit-reply-lost",
            verdict=verdict if failed or verdict is not Verdict.FAIL else Verdict.PASS,
            failed=frozenset(failed),
            reasons=tuple(f"{checker}: {reason}" for checker in failed),
        )
        return Case(mutant=None if reference else mutant, trials=(trial,))

    return make
