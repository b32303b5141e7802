"""A stored run is the run: the same evidence, the same verdict, no secrets."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from harness.checkers.verdict import judged
from harness.core.errors import UsageError
from harness.history.evidence import Evidence
from harness.reports.stored import HIDDEN, evidence_document, open_runs, options_of
from harness.scenario.profile import REFERENCE
from harness.workload.operations import Operation


def test_a_run_comes_back_as_it_was(run: Any, finding: Any, stored: Any, make: Any) -> None:
    ops = [make.op(0, at=0.1 + 0.2), make.refusal(1, body="\u2028 <&> \x00"), make.write(2)]
    first, second = run(), run(name="lost", ops=ops, findings=[finding(ops=(1, 2))])
    found = open_runs(stored(first, second))
    assert [each.run for each in found] == [first, second]
    assert found[1].reproduce == "squall check --only lost --seed 7"


def test_one_outage_of_it_can_be_opened_alone(run: Any, stored: Any) -> None:
    home = stored(run(), run(name="lost"))
    (found,) = open_runs(home / "lost")
    assert found.run.scenario.name == "lost"


def test_every_field_of_evidence_is_stored(run: Any) -> None:
    """A field that is added must not be lost: recheck would judge on less than the run did."""
    names = {field.name for field in dataclasses.fields(Evidence)}
    document = evidence_document(run().evidence)
    assert set(document) == names - {"ops", "events"} | {"squall", "version"}


def test_judges_say_the_same_again(run: Any, stored: Any) -> None:
    original = run()
    checkers = original.scenario.checkers()
    (found,) = open_runs(stored(original))
    again = [judged(checker, found.run.evidence) for checker in checkers]
    assert again == [judged(checker, original.evidence) for checker in checkers]
    assert {finding.verdict.value for finding in again} == {"pass", "inconclusive"}


def test_the_lab_of_a_run_comes_back(run: Any, stored: Any) -> None:
    (found,) = open_runs(stored(run(), cwd=Path("/somewhere")))
    options = options_of(found)
    assert options.profile == dataclasses.replace(REFERENCE, cwd=Path("/somewhere"))
    assert (options.engine, options.seed) == ("embedded", 7)


def test_secrets_are_not_stored_and_replay_says_what_is_missing(
    run: Any, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("API_TOKEN", raising=False)
    read = Operation(
        name="read",
        method="GET",
        path="/",
        effect="read",
        headers={"Authorization": "Bearer s3cret"},
    )
    environment = {"API_TOKEN": "s3cret", "CACHE": "redis://me:s3cret@cache/0", "LEVEL": "info"}
    home = stored(run(), operations=(read,), environment=environment)
    text = (home / "cut/run.json").read_text()
    assert "s3cret" not in text
    assert json.loads(text)["options"]["profile"]["environment"] == {
        "API_TOKEN": HIDDEN, "CACHE": HIDDEN, "LEVEL": "info",
    }  # fmt: skip
    with pytest.raises(UsageError, match="missing: API_TOKEN, Authorization, CACHE"):
        options_of(open_runs(home)[0])


def test_a_variable_that_was_not_stored_is_taken_from_the_environment(
    run: Any, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "fresh")
    home = stored(run(), environment={"API_TOKEN": "s3cret"})
    profile = options_of(open_runs(home)[0]).profile
    assert profile.environment == {"API_TOKEN": "fresh"}


def replaced(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


@pytest.mark.parametrize(
    ("name", "changes", "problem"),
    [
        ("evidence.json", {"version": 2}, r"evidence\.json: version 2 is unknown; this reads 1"),
        ("evidence.json", {"unsent": "many"}, r"evidence\.json: does not fit .*unsent"),
        ("run.json", {"squall": "walk"}, r"run\.json: is no run of Squall"),
        ("verdict.json", {"squall": None}, r"verdict\.json: is no verdict of Squall"),
    ],
)
def test_files_of_another_kind_or_version_are_refused(
    run: Any, stored: Any, name: str, changes: dict[str, Any], problem: str
) -> None:
    home = stored(run())
    replaced(home / "cut" / name, **changes)
    with pytest.raises(UsageError, match=problem):
        open_runs(home)


def test_a_place_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"verdict\.json: cannot be read: .*squall check or"):
        open_runs(tmp_path)
    (tmp_path / "verdict.json").write_text("{")
    with pytest.raises(UsageError, match=r"verdict\.json: is no JSON"):
        open_runs(tmp_path)
