"""recheck and compare on stored files: no server, a verdict, an exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from squall.core.errors import UsageError
from squall.gates.verdict import judge_gate
from squall.runner.result import LabFailure, NotRun

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def judged_run(run: Any) -> Callable[..., Any]:
    """A run with the findings that its own judges give."""

    def build(**given: Any) -> Any:
        plain = run(**given)
        findings = tuple(judge_gate(gate, plain.evidence) for gate in plain.scenario.all_gates())
        return replace(plain, findings=findings)

    return build


def proven(judged_run: Any, **given: Any) -> Any:
    """A run that passes: gates that it cannot prove, for want of writes or probes, are off."""
    verdicts = judged_run(**given).verdicts
    off = {name: None for name, verdict in verdicts.items() if verdict == "inconclusive"}
    return judged_run(gates=off, **given)


def test_recheck_gives_the_same_verdict(say: Say, judged_run: Any, stored: Any) -> None:
    home = stored(proven(judged_run), judged_run(name="vacuous"))
    code, output = say("recheck", home)
    assert code == 2
    assert "the verdicts are as stored" in output
    assert say("recheck", home / "cut")[0] == 0


def test_recheck_takes_other_gates(
    say: Say, judged_run: Any, stored: Any, make: Any, tmp_path: Path
) -> None:
    ops = [make.refusal(n) if 100 <= n < 130 else make.op(n) for n in range(300)]
    home = stored(proven(judged_run, ops=ops))
    gates = tmp_path / "gates.yaml"
    gates.write_text("gates:\n  availability: {during_min: 0.9}\n")
    code, output = say("recheck", home, "--gates", gates)
    assert code == 1
    assert "cut: pass -> fail" in output
    assert "during the outage 70.0% of 100 were good, not 90%" in output
    assert say("recheck", home)[0] == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "# mine\ngates:\n  recovery: {}\n",
            ":3: unknown gate 'recovery'; did you mean recovery-t",
        ),
        ("gates:\n  recovery-time: {within: 1}\n", ":2: gate recovery-time has no parameter 'wit"),
        ("recovery-time: {}\n", ":1: has no 'gates:'; write it as in a scenario file"),
        ("gates: [\n", ":"),
    ],
)
def test_bad_gates_are_told_with_their_line(
    say: Say, run: Any, stored: Any, tmp_path: Path, text: str, problem: str
) -> None:
    gates = tmp_path / "gates.yaml"
    gates.write_text(text)
    with pytest.raises(UsageError) as told:
        say("recheck", stored(run()), "--gates", gates)
    assert f"{gates}{problem}" in str(told.value)


def test_compare_is_silent_about_what_chance_can_do(say: Say, run: Any, stored: Any) -> None:
    code, output = say("compare", stored(run()), stored(run(), name="other"))
    assert code == 0
    counts, chance = output.splitlines()
    assert counts.startswith("8 figures: 0 better, 0 worse, 5 not distinguishable, 3 too few req")
    assert chance == "chance of any false alarm by sampling among them: at most 5%"


def test_compare_tells_what_is_worse_and_fails(
    say: Say, run: Any, stored: Any, make: Any, finding: Any
) -> None:
    ops = [make.refusal(n) if 100 <= n < 160 else make.op(n) for n in range(300)]
    worse = stored(run(ops=ops, findings=[finding()]), name="worse")
    code, output = say("compare", stored(run()), worse)
    assert code == 1
    assert "cut: availability absent -> fail: 60% were good, not 90%" in output
    row = next(line for line in output.splitlines() if "good answers during" in line)
    assert [cell.strip() for cell in row.split("│")] == [
        "cut", "good answers during", "100.0%", "40.0%", "-60.0 pp (-72.2 to -44.7)", "100 / 100",
        "worse",
    ]  # fmt: skip
    assert "cut: recovery 0 ms -> never or not measured (one measurement each)" in output


def test_runs_without_a_common_outage_cannot_be_compared(say: Say, run: Any, stored: Any) -> None:
    with pytest.raises(UsageError, match="no outage in common: cut; lost"):
        say("compare", stored(run()), stored(run(name="lost"), name="other"))


def failed_labs(run: Any, *names: str) -> NotRun:
    """Labs that failed under outages of these names."""
    failures = [
        LabFailure(scenario=run(name=name).scenario, reason=f"{name} is not whole\n  look")
        for name in names
    ]
    return NotRun(broken=failures)


def test_what_was_not_judged_stays_not_judged_in_every_later_reading(
    say: Say, run: Any, judged_run: Any, stored: Any
) -> None:
    broken = stored(proven(judged_run), not_run=failed_labs(run, "lost"), name="broken")
    whole = stored(proven(judged_run), name="whole")
    for words in (["recheck", broken], ["compare", broken, whole], ["compare", whole, broken]):
        code, output = say(*words)
        assert code == 2
        assert f"not judged: lost in {broken}: lost is not whole\n" in output
    assert say("recheck", whole)[0] == say("compare", whole, whole)[0] == 0


def test_a_lab_that_failed_and_was_replaced_leaves_nothing_unproven(
    say: Say, run: Any, judged_run: Any, stored: Any
) -> None:
    home = stored(proven(judged_run), not_run=failed_labs(run, "cut"))
    code, output = say("recheck", home)
    assert code == 0
    assert "not judged" not in output


def test_a_run_in_which_every_lab_failed_is_inconclusive_and_cannot_be_replayed(
    say: Say, run: Any, stored: Any
) -> None:
    home = stored(not_run=failed_labs(run, "lost"))
    code, output = say("recheck", home)
    assert code == 2
    assert "not judged: lost" in output
    with pytest.raises(UsageError, match="no outage in it has a run"):
        say("replay", home)
