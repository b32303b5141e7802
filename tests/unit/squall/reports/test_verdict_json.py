"""verdict.json is what its published schema says, and the schema is not a rubber stamp."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from squall.reports.verdict_json import document, schema
from squall.runner.result import LabFailure, NotRun
from squall.scenario.selection import Skipped


def problems(body: object) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema())
    return [error.message for error in validator.iter_errors(body)]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_every_file_that_a_command_writes_fits(run: Any, finding: Any, stored: Any) -> None:
    home: Path = stored(run(), run(name="thin", ops=[], findings=[finding(ops=(1, 2))]))
    files = sorted(home.rglob("verdict.json"))
    assert [file.relative_to(home).as_posix() for file in files] == [
        "cut/verdict.json", "thin/verdict.json", "verdict.json",
    ]  # fmt: skip
    assert [problems(json.loads(file.read_text())) for file in files] == [[], [], []]


def test_the_document_in_full(run: Any, finding: Any, reported: Any, make: Any) -> None:
    short = run(ops=[make.op(1)], findings=[finding(figures={"during_share": 0.6}, ops=(4,))])
    nothing = {"operations": 0, "good": 0, **dict.fromkeys(("p50_ms", "p95_ms", "p99_ms"))}
    one = {**nothing, "operations": 1, "good": 1, "slowest_ms": 5.0}
    assert document([reported(short)]) == {
        "squall": "verdict", "version": 1, "verdict": "fail",
        "outages": [{
            "scenario": "cut", "directory": "cut", "seed": 7, "engine": "embedded",
            "verdict": "fail", "reproduce": "squall check --only cut --seed 7", "operations": 1,
            "seconds": 3.0,
                "happened": "network.refuse for 1.0 s (3 cuts): nobody asked during it",
                "reason": "availability: 60% were good, not 90%", "remedy": None,
            "recovery_ms": None,
            "faults": [{"fault": "network.refuse", "begun": 1.0, "healed": 2.0, "bites": 3,
                        "what": "cuts"}],
            "windows": {"before": one, "during": {**nothing, "slowest_ms": None},
                        "after": {**nothing, "slowest_ms": None}},
            "findings": [{"gate": "availability", "verdict": "fail", "code": "availability",
                          "severity": "other",
                          "reason": "60% were good, not 90%", "figures": {"during_share": 0.6},
                          "ops": [4]}],
        }],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"verdict": "green"}, "'green' is not one of ['pass', 'inconclusive', 'fail']"),
        ({"extra": 1}, "Additional properties are not allowed ('extra' was unexpected)"),
        ({"seed": -1}, "-1 is less than the minimum of 0"),
        ({"recovery_ms": "fast"}, "'fast' is not of type 'number', 'null'"),
    ],
)
def test_what_does_not_fit_is_refused(
    run: Any, reported: Any, change: dict[str, Any], problem: str
) -> None:
    body = document([reported(run())])
    body["outages"][0].update(change)
    assert problems(body) == [problem]


def test_a_lab_that_broke_is_told_and_proves_nothing_unless_it_was_done_again(
    run: Any, reported: Any
) -> None:
    lost = LabFailure(scenario=run(name="lost").scenario, reason="it hangs")
    healed = LabFailure(scenario=run().scenario, reason="once", again=True)
    well = document([reported(run())], NotRun(broken=[healed]))
    ill = document([reported(run())], NotRun(broken=[healed, lost]))
    assert (well["verdict"], ill["verdict"]) == ("pass", "inconclusive")
    assert ill["broken"] == [
        {"scenario": "cut", "reason": "once"},
        {"scenario": "lost", "reason": "it hangs"},
    ]
    assert problems(ill) == problems(well) == []


def test_what_was_not_run_is_told_and_changes_no_verdict(run: Any, reported: Any) -> None:
    idle = Skipped(scenario=run(name="idle").scenario, reason="nothing is ever idle")
    body = document([reported(run())], NotRun(skipped=[idle]))
    assert body["verdict"] == "pass"
    assert body["skipped"] == [{"scenario": "idle", "reason": "nothing is ever idle"}]
    assert problems(body) == []
