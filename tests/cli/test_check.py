"""``squall check`` by hand: labs and apps that do not start, and verdicts as exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from squall.lab.providers.process.engine_process import INSTALL

pytestmark = pytest.mark.scenario

ONE = ("check", "--only", "slow-network", "--seed", "5")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (["--app", "no_such_module:app"], 'Could not import module "no_such_module"'),
        (["--app", "squall_reference.main:nothing"], 'Attribute "nothing" not found'),
        (["--app", "no-such-program {port}"], "no-such-program: No such file or directory"),
        (["--app", "sh -c 'exit 7' {port}"], "ended with exit code 7"),
        (["--app", "sh -c 'echo my last word; exit 1' {port}"], "my last word"),
    ],
    ids=["module", "attribute", "program", "exits", "last words"],
)
def test_an_app_that_does_not_start_is_told_with_its_last_words(
    squall: Any, tmp_path: Path, target: list[str], words: str
) -> None:
    said = squall(*ONE, *target, "--output", str(tmp_path / "out"))
    assert words in said.words
    assert said.err.count("squall: ") == 1
    assert said.code == 3


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("no-such-engine", f"engine 'no-such-engine': no toxiproxy-server was found; {INSTALL}"),
        ("toxiproxy", f"engine 'toxiproxy': no toxiproxy-server was found; {INSTALL}"),
        ("/bin/true", "the proxy (toxiproxy) did not answer"),
    ],
)
def test_an_engine_that_is_none_is_a_failure_of_the_lab(
    squall: Any, engine: str, words: str
) -> None:
    said = squall(*ONE, "--engine", engine, PATH="/bin:/usr/bin")
    assert words.replace("found; ", "found; install one with: ") in said.words
    assert said.code == 3


def test_without_a_server_the_cure_is_told(squall: Any) -> None:
    said = squall(*ONE, SQUALL_PG_BIN="/nowhere")
    assert "no PostgreSQL server was found; install one with: pip install" in said.words
    assert said.code == 3


def test_an_app_that_goes_around_the_proxy_is_not_judged(squall: Any, tmp_path: Path) -> None:
    app = ("--app", "tests.broken_apps.bypasses_the_proxy:create_app", "--factory")
    said = squall(*ONE, *app, "--output", str(tmp_path))
    assert said.code == 3
    assert "touches the database: GET /items/{int:1..100}, POST /orders" in said.words
    assert "it is not the one that was given: --database-env" in said.words


def test_a_good_app_passes_and_leaves_its_files(squall: Any, tmp_path: Path) -> None:
    said = squall(*ONE, "--output", str(tmp_path))
    assert said.code == 0
    assert "seed 5" in said.words
    assert str(tmp_path) in said.words.replace(" ", "")
    assert {file.name for file in (tmp_path / "slow-network").iterdir()} >= {
        "scenario.squall.yaml", "history.jsonl", "events.jsonl", "verdict.json", "app.log",
    }  # fmt: skip


def test_what_is_left_out_is_told_everywhere(squall: Any, tmp_path: Path) -> None:
    only = ("check", "--only", "slow-network", "--only", "app-crash", "--seed", "5")
    said = squall(*only, "--skip", "app", "--output", str(tmp_path))
    assert said.code == 0
    assert "skipped app-crash: left out by --skip" in said.words
    assert "pass: 1 outage, 1 skipped, in" in said.words
    told = json.loads((tmp_path / "verdict.json").read_text())
    assert told["skipped"] == [{"scenario": "app-crash", "reason": "left out by --skip"}]
    assert [each["scenario"] for each in told["outages"]] == ["slow-network"]
    assert 'skipped="1"' in (tmp_path / "junit.xml").read_text()
    assert "<dt>app-crash</dt>" in (tmp_path / "index.html").read_text()


def test_a_failed_gate_is_exit_code_1_with_the_line_that_repeats_it(
    squall: Any, tmp_path: Path
) -> None:
    """No app keeps a deadline of 1 s when each answer of its database takes 900 ms."""
    file = tmp_path / "too-slow.squall.yaml"
    file.write_text(
        "squall: 1\nname: too-slow\nstory: nobody survives this\nsteps:\n"
        "  - {at_seconds: 0, fault: network.latency, latency_ms: 900, lasting_seconds: 1.6}\n"
        "gates: {availability: {during_min: 1.0}}\n"
    )
    said = squall("run", str(file), "--seed", "5", "--output", str(tmp_path / "out"))
    assert said.code == 1
    assert "availability" in said.words
    assert f"squall run {file} --seed 5 --engine embedded" in said.words


def test_a_scenario_of_ones_own_is_run_from_its_file(squall: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.squall.yaml"
    file.write_text(
        "squall: 1\nname: mine\nstory: a little slow\nsteps:\n"
        "  - {at_seconds: 0, fault: network.latency, latency_ms: 20, lasting_seconds: 0.3}\n"
    )
    said = squall("run", str(file), "--seed", "5", "--output", str(tmp_path / "out"))
    assert said.code == 0
    assert (tmp_path / "out/mine/verdict.json").is_file()
