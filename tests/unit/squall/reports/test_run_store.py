"""A stored run is the run: the same evidence, the same verdict, no secrets."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from squall.config.profile import REFERENCE
from squall.core.errors import UsageError
from squall.gates.verdict import judge_gate
from squall.history.evidence import Evidence
from squall.reports.run_store import evidence_document, open_runs, options_of
from squall.workload.operations import Operation


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
    gates = original.scenario.all_gates()
    (found,) = open_runs(stored(original))
    again = [judge_gate(gate, found.run.evidence) for gate in gates]
    assert again == [judge_gate(gate, original.evidence) for gate in gates]
    assert {finding.verdict.value for finding in again} == {"pass", "inconclusive", "not-judged"}


def test_the_lab_of_a_run_comes_back_for_the_app_that_is_configured(run: Any, stored: Any) -> None:
    (found,) = open_runs(stored(run(), cwd=Path("/somewhere")))
    here = dataclasses.replace(REFERENCE, cwd=Path("/elsewhere"))
    options = options_of(found, here)
    assert options.profile is here
    assert (options.engine, options.seed, options.provider) == ("embedded", 7, "process")


@pytest.mark.parametrize("named", ["evil.main:app", "rm -rf {port}", 7])
def test_what_a_run_directory_names_is_never_started(run: Any, stored: Any, named: object) -> None:
    home = stored(run())
    file = home / "cut/run.json"
    options = json.loads(file.read_text())["options"]
    replaced(file, options={**options, "app": named, "setup": ["touch /tmp/x"], "python": "/x"})
    with pytest.raises(UsageError, match="nothing that a run directory names is started"):
        options_of(open_runs(home)[0], REFERENCE)


def test_an_engine_of_a_run_directory_is_never_a_program(run: Any, stored: Any) -> None:
    home = stored(run())
    file = home / "cut/run.json"
    options = json.loads(file.read_text())["options"]
    replaced(file, options={**options, "engine": "./evil"})
    with pytest.raises(UsageError, match="not those of a lab that can be started again"):
        options_of(open_runs(home)[0], REFERENCE)


def test_an_outage_outside_of_the_run_is_not_opened(run: Any, stored: Any) -> None:
    home = stored(run())
    replaced(
        home / "verdict.json", outages=[{"scenario": "cut", "directory": "../x", "findings": []}]
    )
    with pytest.raises(UsageError, match="is not a directory below it"):
        open_runs(home)


def test_names_are_stored_and_values_are_not(run: Any, stored: Any) -> None:
    read = Operation(
        name="read",
        method="GET",
        path="/",
        effect="read",
        headers={"Authorization": "Bearer s3cret"},
    )
    home = stored(
        run(), operations=(read,), environment={"LEVEL": "s3cret"}, headers={"X-Key": "s3cret"},
        setup=("seed --password s3cret",), app="uvicorn x:y --port {port} --token s3cret",
    )  # fmt: skip
    text = (home / "cut/run.json").read_text()
    assert "s3cret" not in text
    options = json.loads(text)["options"]
    assert (options["environment"], options["headers"]) == (["LEVEL"], ["X-Key"])
    assert options["app"] == "a command"


def replaced(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


@pytest.mark.parametrize(
    ("name", "changes", "problem"),
    [
        ("evidence.json", {"version": 2}, r"evidence\.json: version 2 is unknown; this reads 1"),
        ("evidence.json", {"unsent": "many"}, r"evidence\.json: does not fit .*unsent"),
        ("run.json", {"squall": "walk"}, r"run\.json: is not a run of Squall"),
        ("verdict.json", {"squall": None}, r"verdict\.json: is not a verdict of Squall"),
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
