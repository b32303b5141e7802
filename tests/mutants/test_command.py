"""``python -m squall_proof mutants``: what it lists, and what its exit code says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from squall.core.errors import UsageError
from squall_proof.mutants import kill_matrix
from squall_proof.mutants.command import mutants
from squall_proof.mutants.mutant_gallery import gallery
from squall_proof.mutants.trial import MutantCase

MakeCase = Callable[..., MutantCase]


def test_the_list_has_every_mutant_with_its_title() -> None:
    done = CliRunner().invoke(mutants, ["--list"], standalone_mode=False)
    lines = done.output.splitlines()
    assert [line.split()[0] for line in lines] == [mutant.name for mutant in gallery()]
    assert "Nothing is repeated" in done.output


def test_an_unknown_mutant_is_a_usage_error() -> None:
    done = CliRunner().invoke(mutants, ["--only", "nobody"], standalone_mode=False)
    assert isinstance(done.exception, UsageError)


@pytest.mark.parametrize(("failed", "code"), [(("no-duplicate", "log-clean"), 0), ((), 1)])
def test_the_exit_code_says_whether_all_were_caught(
    failed: tuple[str, ...],
    code: int,
    case: MakeCase,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    tried: list[MutantCase] = [case(*failed)]

    async def measured(plan: kill_matrix.MutantPlan) -> kill_matrix.KillMatrix:
        return kill_matrix.KillMatrix(cases=tried, seed=plan.seed, engine=plan.engine)

    monkeypatch.setattr(kill_matrix, "measure", measured)
    page = tmp_path / "matrix.md"
    words = ["--only", "no_retries", "--seed", "4", "--markdown", str(page)]
    done = CliRunner().invoke(mutants, words, standalone_mode=False)
    assert done.return_value == code
    assert "1 mutants, seed 4, engine embedded, 2 labs" in done.output
    assert page.read_text("utf-8").startswith("| mutant | outage |")
