"""Shards put together are the single run; what does not fit is named and proves nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from click.testing import CliRunner
from squall.cli.main import squall
from squall.config.profile import REFERENCE
from squall.core.errors import UsageError
from squall.gates.verdict import Verdict, judge_gate
from squall.history.coverage import Coverage, OperationProfile
from squall.lab.lab_options import LabOptions
from squall.reports import run_files
from squall.reports.run_store import open_suite
from squall.reports.shard_record import ShardRecord, shard_record
from squall.reports.verdict_json import schema
from squall.runner.result import LabFailure, NotRun
from squall.scenario.selection import Skipped
from squall.scenario.sharding import Shard

Say = Callable[..., tuple[int, str]]
NAMES = ("alone", "busy", "cut", "deep", "even")
PARTS = {"alone": 1, "busy": 2, "cut": 1, "deep": 3, "even": 2}
COVERAGE = Coverage(
    operations=(
        OperationProfile(operation="GET /a", name="a", effect="read", statements=2.0),
        OperationProfile(operation="POST /b", name="b", effect="write", median_seconds=0.25),
        OperationProfile(operation="GET /c", name="", effect="read", reason="404"),
    ),
    minimum_percent=50.0,
)


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Say:
    """The exit code and the output of a command line; errors come as they are raised."""
    monkeypatch.chdir(tmp_path)

    def invoke(*words: object) -> tuple[int, str]:
        arguments = [str(word) for word in words]
        result = CliRunner().invoke(squall, arguments, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return int(result.return_value or 0), result.output

    return invoke


@pytest.fixture
def runs(run: Any, make: Any, finding: Any) -> dict[str, Any]:
    """One that fails, one that proves nothing, and others that hold, each judged by its gates."""
    ops = [make.refusal(n) if 100 <= n < 160 else make.op(n) for n in range(300)]
    thin = finding("faults-bit", verdict=Verdict.INCONCLUSIVE, reason="never bit")
    found = {name: run(name=name) for name in NAMES}
    found["busy"] = run(name="busy", ops=ops, findings=[finding(ops=(1, 2))])
    found["deep"] = run(name="deep", findings=[thin])
    return found


@pytest.fixture
def record(runs: dict[str, Any]) -> Callable[..., ShardRecord]:
    """The record of a shard of the five outages; fields of the lab, or the parts, to differ."""

    def build(number: int, parts: dict[str, int] = PARTS, **lab: Any) -> ShardRecord:
        options = LabOptions(**{"profile": REFERENCE, "seed": 7, **lab})
        scenarios = [runs[name].scenario for name in NAMES]
        shard = Shard(number=number, of=max(parts.values()))
        return shard_record(scenarios, parts, shard, options, paired=False)

    return build


@pytest.fixture
def shards(runs: Any, record: Any, stored: Any) -> Callable[..., list[Path]]:
    """The run directories of three shards."""

    def write(**given: Any) -> list[Path]:
        found = [record(number) for number in (1, 2, 3)]
        return [
            stored(
                *(runs[name] for name in one.outages),
                name=f"shard-{one.number}",
                part=one,
                **given,
            )
            for one in found
        ]

    return write


def read(home: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((home / "verdict.json").read_text())
    return document


def cases(home: Path) -> list[tuple[str | None, list[str]]]:
    root = ET.parse(home / "junit.xml").getroot()  # noqa: S314 - our own
    return [(case.get("name"), [part.tag for part in case]) for case in root.iter("testcase")]


# ---- the golden test ---------------------------------------------------------------------------


def test_merged_shards_are_the_single_run(
    say: Say, runs: Any, run: Any, shards: Any, stored: Any, tmp_path: Path
) -> None:
    idle = NotRun(
        skipped=[Skipped(scenario=run(name="idle").scenario, reason="left out by --skip")]
    )
    single = stored(*runs.values(), name="single", coverage=COVERAGE, not_run=idle)
    parts = shards(coverage=COVERAGE, not_run=idle)
    code, output = say("merge", *reversed(parts), "--output", tmp_path / "merged")
    merged = read(tmp_path / "merged")
    assert merged.pop("merged") == {"of": 3, "shards": [1, 2, 3], "problems": []}
    assert merged == read(single)
    for name in NAMES:
        for file in ("verdict.json", "history.jsonl", "events.jsonl", "evidence.json", "app.log"):
            assert (tmp_path / "merged" / name / file).is_file()
        assert read(tmp_path / "merged" / name) == read(single / name)
    assert cases(tmp_path / "merged") == cases(single)
    properties = '<property name="squall.merged" value="3/3" />'
    text = (tmp_path / "merged/junit.xml").read_text()
    assert properties in text
    assert re.sub(rf"\s*{properties}", "", text) == (single / "junit.xml").read_text()
    assert (code, "fail: 3 of 3 shards merged" in output) == (1, True)


def test_a_merged_run_is_judged_again_as_the_single_one(
    say: Say, runs: Any, shards: Any, stored: Any
) -> None:
    for name in NAMES:
        gates = runs[name].scenario.all_gates()
        findings = tuple(judge_gate(gate, runs[name].evidence) for gate in gates)
        runs[name] = replace(runs[name], findings=findings)
    single = stored(*runs.values(), name="single")
    say("merge", *shards(), "--output", "merged")
    mine, theirs = say("recheck", "merged"), say("recheck", single)
    assert mine[0] == theirs[0] == 2
    assert "the verdicts are as stored" in mine[1]
    assert say("compare", "merged", single)[0] == 0


# ---- what is missing, doubled or foreign ---------------------------------------------------------


def merged(say: Say, *words: object) -> tuple[int, dict[str, Any], str]:
    shutil.rmtree("merged", ignore_errors=True)
    code, output = say("merge", *words, "--output", "merged")
    document = read(Path("merged"))
    jsonschema.validate(document, schema())
    return code, document, output


def sound(runs: dict[str, Any], run: Any) -> None:
    """Every outage holds, so that only the merge itself can spoil the verdict."""
    runs.update({name: run(name=name) for name in NAMES})


def unproven(document: dict[str, Any]) -> dict[str, str]:
    return {one["scenario"]: one["reason"] for one in document.get("broken", ())}


def test_sound_shards_pass(say: Say, run: Any, runs: Any, shards: Any) -> None:
    sound(runs, run)
    code, document, _ = merged(say, *shards())
    assert (code, document["verdict"]) == (0, "pass")


def test_a_missing_shard_is_inconclusive_and_named(
    say: Say, run: Any, runs: Any, shards: Any
) -> None:
    sound(runs, run)
    first, _, third = shards()
    code, document, output = merged(say, first, third)
    assert (code, document["verdict"]) == (2, "inconclusive")
    assert document["merged"] == {"of": 3, "shards": [1, 3], "problems": ["shard 2/3 is missing"]}
    why = "not run: shard 2/3 is not there, or cannot be used"
    assert unproven(document) == {"busy": why, "even": why}
    assert "problem: shard 2/3 is missing" in output
    assert ("busy", ["error"]) in cases(Path("merged"))
    assert ("merge, problem 1", ["error"]) in cases(Path("merged"))
    code, output = say("recheck", "merged")
    assert code == 2
    assert "not judged: busy" in output


def test_a_failure_stays_a_failure_beside_a_missing_shard(say: Say, shards: Any) -> None:
    first, second, _ = shards()
    assert merged(say, first, second)[0] == 1


def test_a_directory_that_is_not_there_is_named(say: Say, run: Any, runs: Any, shards: Any) -> None:
    sound(runs, run)
    first, second, third = shards()
    shutil.rmtree(second)
    code, document, output = merged(say, first, second, third)
    assert code == 2
    assert "shard-2/verdict.json: cannot be read: No such file" in output
    assert set(unproven(document)) == {"busy", "even"}


def test_a_doubled_shard_is_not_used(say: Say, run: Any, runs: Any, shards: Any) -> None:
    sound(runs, run)
    first, second, third = shards()
    shutil.copytree(second, "again")
    code, document, _ = merged(say, first, second, "again", third)
    assert code == 2
    (problem,) = document["merged"]["problems"]
    assert problem == f"shard 2/3 is there 2 times: {second}, again"
    assert set(unproven(document)) == {"busy", "even"}


DIFFERENT: dict[str, tuple[dict[str, Any], str]] = {
    "seed": ({"seed": 8}, "seed 8 instead of 7"),
    "target": ({"profile": replace(REFERENCE, app="other.main:app")}, "target 'other.main:app'"),
    "engine": ({"engine": "toxiproxy"}, "engine 'toxiproxy' instead of 'embedded'"),
    "settings": ({"profile": replace(REFERENCE, environment={"A": "b"})}, "other outages, gates"),
    "plan": ({"parts": {**PARTS, "alone": 2, "busy": 1}}, "the outages are shared out otherwise"),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_a_foreign_shard_is_left_out_and_named(
    say: Say, run: Any, runs: Any, record: Any, stored: Any, shards: Any, what: str
) -> None:
    sound(runs, run)
    fields, difference = DIFFERENT[what]
    foreign = record(2, **fields)
    first, second, third = shards()
    shutil.rmtree(second)
    stored(*(runs[name] for name in foreign.outages), name="shard-2", part=foreign)
    code, document, output = merged(say, first, second, third)
    assert code == 2
    assert f"shard-2: is a shard of another check: {difference}" in output
    assert document["merged"]["shards"] == [1, 3]
    assert set(unproven(document)) == {"busy", "even"}


def test_a_foreign_shard_beside_a_whole_check_is_inconclusive_too(
    say: Say, run: Any, runs: Any, record: Any, stored: Any, shards: Any
) -> None:
    sound(runs, run)
    whole = stored(*runs.values(), name="whole")
    other = stored(runs["deep"], name="other", part=record(3, seed=9))
    code, document, output = merged(say, *shards(), whole, other)
    assert (code, document["verdict"], unproven(document)) == (2, "inconclusive", {})
    assert "whole: is not a shard: it was run without --shard" in output
    assert "other: is a shard of another check: seed 9 instead of 7" in output
    assert say("recheck", "merged")[0] == 2
    assert "⚠️ Squall: inconclusive" in say("report", "merged", "--format", "md")[1]


def test_other_outages_are_foreign(
    say: Say, run: Any, runs: Any, record: Any, stored: Any, shards: Any
) -> None:
    sound(runs, run)
    first, second, _ = shards()
    scenario = replace(runs["deep"].scenario, after_seconds=9.0)
    runs["deep"] = replace(runs["deep"], scenario=scenario)
    other = stored(runs["deep"], name="other", part=record(3))
    _, _, output = merged(say, first, second, other)
    assert "other: is a shard of another check: other outages, gates or settings" in output


def test_what_a_killed_shard_did_not_come_to_is_not_judged(
    say: Say, run: Any, runs: Any, record: Any, stored: Any, shards: Any
) -> None:
    sound(runs, run)
    first, second, third = shards()
    shutil.rmtree(second)
    killed = LabFailure(scenario=runs["even"].scenario, reason="not run: killed", attempted=False)
    stored(runs["busy"], name="shard-2", part=record(2), not_run=NotRun(broken=[killed]))
    code, document, _ = merged(say, first, second, third)
    assert (code, document["merged"]["problems"]) == (2, [])
    assert document["broken"] == [
        {"scenario": "even", "reason": "not run: killed", "attempted": False}
    ]


def test_a_lab_that_failed_ends_the_merge_as_it_would_the_check(
    say: Say, run: Any, runs: Any, record: Any, stored: Any, shards: Any
) -> None:
    sound(runs, run)
    first, second, third = shards()
    shutil.rmtree(second)
    failed = LabFailure(scenario=runs["even"].scenario, reason="it hangs", again=True)
    stored(runs["busy"], runs["even"], name="shard-2", part=record(2),
           not_run=NotRun(broken=[failed]))  # fmt: skip
    code, document, _ = merged(say, first, second, third)
    assert (code, document["verdict"]) == (3, "pass")


def test_an_outage_that_a_shard_says_nothing_of_is_not_judged(
    say: Say, run: Any, runs: Any, record: Any, stored: Any, shards: Any
) -> None:
    sound(runs, run)
    first, second, third = shards()
    shutil.rmtree(second)
    stored(runs["busy"], name="shard-2", part=record(2))
    code, document, _ = merged(say, first, second, third)
    assert code == 2
    assert unproven(document) == {"even": "not run: shard 2/3 has no verdict on it"}


# ---- directories that anybody may have made ------------------------------------------------------


def changed(home: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = read(home)
    change(document)
    (home / "verdict.json").write_text(json.dumps(document))


def hostile(home: Path) -> Iterator[tuple[str, Callable[[], object], str]]:
    """By name: what is done to a shard, and a word of its problem."""
    plan = [{"scenario": f"n{number}", "shard": 1} for number in range(5000)]
    one = read(home)["outages"][0]

    def shard(**fields: Any) -> Callable[[], None]:
        return lambda: changed(home, lambda body: body["shard"].update(fields))

    def own(**fields: Any) -> Callable[[], None]:
        return lambda: changed(home, lambda body: body["shard"]["run"].update(fields))

    def outages(*given: Any) -> Callable[[], None]:
        return lambda: changed(home, lambda body: body.update(outages=list(given)))

    odd = "what Squall does not write"
    yield "number 0", shard(number=0), odd
    yield "number beyond", shard(number=4), odd
    yield "of a million", shard(of=1_000_000), odd
    yield "number no number", shard(number="two"), "does not fit"
    yield "endless plan", own(plan=plan), odd
    yield "empty plan", own(plan=[]), odd
    yield "plan twice", own(plan=[{"scenario": "busy", "shard": n} for n in (1, 2, 3)]), odd
    yield "outage twice", outages(one, one), "has an outage twice"
    yield "foreign outage", outages({**one, "scenario": "cut"}), "not of its shard: cut"
    yield "one run as two", outages(one, {**one, "scenario": "even"}), "a run in it is not the one"
    yield "outside", outages({**one, "directory": "../shard-1"}), "is not a directory below it"
    yield "no JSON", lambda: (home / "verdict.json").write_text("["), "is no JSON"
    yield "edited", lambda: (home / "busy/history.jsonl").write_text(""), "history.jsonl"
    yield "linked log", lambda: linked(home / "busy/app.log"), "is a link or an odd file"
    yield "linked run", lambda: linked(home / "busy"), "is a link or an odd file"
    yield "pipe", lambda: piped(home / "busy/run.json"), "is a link or an odd file"


def linked(place: Path) -> None:
    """The same content, elsewhere."""
    target = place.with_name(f"{place.name}-elsewhere").absolute()
    place.rename(target)
    place.symlink_to(target)


def piped(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


KINDS = (
    "number 0", "number beyond", "of a million", "number no number", "endless plan", "empty plan",
    "plan twice", "outage twice", "foreign outage", "one run as two", "outside", "no JSON",
    "edited", "linked log", "linked run", "pipe",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_shard_is_a_problem_and_the_others_are_merged(
    say: Say, run: Any, runs: Any, shards: Any, kind: str
) -> None:
    sound(runs, run)
    first, second, third = shards()
    known = {name: (act, word) for name, act, word in hostile(second)}
    assert tuple(known) == KINDS
    act, word = known[kind]
    act()
    code, document, output = merged(say, first, second, third)
    assert code == 2
    assert word in output
    assert document["merged"]["shards"] == [1, 3]
    assert set(unproven(document)) == {"busy", "even"}
    assert len(output) < 6_000


def test_a_shard_of_enormous_files_is_left_out(
    say: Say, run: Any, runs: Any, shards: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound(runs, run)
    parts = shards()
    monkeypatch.setattr(run_files, "MAX_SHARD_BYTES", 1000)
    with pytest.raises(UsageError, match="its files are larger than"):
        say("merge", *parts, "--output", "merged")


def test_pages_of_a_shard_are_made_again(say: Say, shards: Any) -> None:
    parts = shards()
    for home in parts:
        for page in home.rglob("*.html"):
            page.write_text("<script>planted()</script>")
        (home / "busy.sh").write_text("planted")
    say("merge", *parts, "--output", "merged")
    pages = [page.read_text() for page in Path("merged").rglob("*.html")]
    assert len(pages) == len(NAMES) + 1
    assert not any("planted" in page for page in pages)
    assert not list(Path("merged").rglob("*.sh"))
    assert len(open_suite(Path("merged")).runs) == len(NAMES)


def test_nothing_is_written_over(say: Say, shards: Any) -> None:
    parts = shards()
    with pytest.raises(UsageError, match=r"--output .*shard-1: is not empty; name a new directory"):
        say("merge", *parts, "--output", parts[0])
    say("merge", *parts, "--output", "merged")
    with pytest.raises(UsageError, match="is not empty"):
        say("merge", *parts, "--output", "merged")


def test_without_a_shard_there_is_nothing_to_merge(say: Say, run: Any, stored: Any) -> None:
    with pytest.raises(UsageError, match=r"nothing can be merged:\n  .*out: is not a shard"):
        say("merge", stored(run()), "nowhere")
    assert not Path("merged").exists()


def test_a_merge_speaks_to_github(
    say: Say, shards: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    first, second, _ = shards()
    _, output = say("merge", first, second, "--output", "merged", "--format", "github")
    assert "::error title=squall%3A merge::shard 3/3 is missing" in output
    text = (tmp_path / "summary.md").read_text()
    assert text.startswith(
        "## ❌ Squall: fail\n\n3 of 5 outages passed.\n\n2 of 3 shards merged.\n"
    )
    assert "- **shard 3/3 is missing**" in text
    assert "- **deep**, not judged: not run: shard 3/3 is not there" in text
