"""squall judge: requests and times of faults are enough for a verdict; what is wrong is named."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from squall.cli.main import squall
from squall.core.errors import UsageError

BEGUN = 1_769_860_800.0
"""2026-01-31T12:00:00Z."""

FAULT = "failover=2026-01-31T12:00:10Z/2026-01-31T12:00:14Z"
Answer = Callable[[float], dict[str, Any]]


def well(_at: float) -> dict[str, Any]:
    return {"seconds": 0.02, "status": 200}


def refuses(at: float) -> dict[str, Any]:
    return {"seconds": 0.03, "status": 503} if 10 <= at < 14 else well(at)


def hangs(at: float) -> dict[str, Any]:
    return {"seconds": 9.0, "status": "", "error": "timeout"} if 10 <= at < 14 else well(at)


def stays_away(at: float) -> dict[str, Any]:
    return {"seconds": 0.03, "status": 503} if at >= 10 else well(at)


def rows(answer: Answer, seconds: int = 30, rate: int = 10) -> list[dict[str, Any]]:
    return [
        {"at": BEGUN + n / rate, "method": "GET", "path": f"/items/{n % 7}", "name": "read"}
        | answer(n / rate)
        for n in range(seconds * rate)
    ]


def as_csv(path: Path, table: list[dict[str, Any]]) -> Path:
    names = list(dict.fromkeys(name for row in table for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(table)
    return path


def as_lines(path: Path, table: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in table))
    return path


def judged(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(squall, ["judge", *map(str, words)], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value), result.output


@pytest.mark.parametrize("write", [as_csv, as_lines])
@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (refuses, 0, "pass"),
        (hangs, 1, "answered-in-time"),
        (stays_away, 1, "recovery-time"),
        (well, 2, "never bit"),
    ],
)
def test_a_run_of_others_gets_a_verdict(
    tmp_path: Path, write: Any, answer: Answer, code: int, words: str
) -> None:
    file = write(tmp_path / "requests", rows(answer))
    assert judged(file, "--fault", FAULT, "--verbose")[0] == code
    assert words in judged(file, "--fault", FAULT, "--verbose")[1]


def test_annotations_of_grafana_say_when_the_faults_were(tmp_path: Path) -> None:
    notes = tmp_path / "notes.json"
    notes.write_text(
        json.dumps(
            [{"time": (BEGUN + 10) * 1000, "timeEnd": (BEGUN + 14) * 1000, "text": "failover"}]
        )
    )
    file = as_csv(tmp_path / "requests", rows(refuses))
    code, output = judged(file, "--faults", notes, "--verbose")
    assert (code, "failover: 40 requests failed or slow" in output) == (0, True)


def test_limits_of_ones_own_judge_too(tmp_path: Path) -> None:
    file = as_csv(tmp_path / "requests", rows(refuses))
    code, output = judged(file, "--fault", FAULT, "--gate", "good during >= 50%")
    assert (code, "good during" in output) == (1, True)


def test_too_few_requests_prove_nothing(tmp_path: Path) -> None:
    file = as_csv(tmp_path / "requests", rows(refuses, seconds=16))
    code, output = judged(file, "--fault", FAULT, "--verbose")
    assert (code, "40 are needed" in output) == (2, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("at,status\n1,200\n", ":1: the header lacks seconds"),
        ("at,seconds\nyesterday,1\n", ":2: at: 'yesterday' is not a time"),
        ("at,seconds\n5,soon\n", ":2: seconds must be a number"),
        ("at,seconds\n5,nan\n", ":2: seconds must be a number of at least 0"),
        ("at,seconds,status\n5,1,700\n", ":2: '700' is not an HTTP status"),
        ("at,seconds\n", "has no requests"),
        ('{"at": 5, "seconds": 1}\n{"at": \n', ":2: is not JSON"),
        ('{"at": 5}\n', ":1: seconds must be a number"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "requests"
    file.write_text(text)
    with pytest.raises(UsageError) as raised:
        judged(file, "--fault", FAULT)
    assert told in str(raised.value)
    assert str(file) in str(raised.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "no fault: give --fault"),
        (("--fault", "failover"), "write NAME=START/END"),
        (("--fault", "a=2026-01-31T12:00:10Z/2026-01-31T12:00:09Z"), "ends before it starts"),
        (("--fault", "a=now/later"), "'now' is not a time"),
    ],
)
def test_a_wrong_fault_is_one_message(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    file = as_csv(tmp_path / "requests", rows(refuses))
    with pytest.raises(UsageError, match=told):
        judged(file, *words)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "is not JSON"),
        ("{}", "must be a list"),
        ("[]", "must be a list"),
        ("[7]", "fault 1: must be an object"),
        ('[{"name": "x", "from": 1}]', "fault 1: needs from and to"),
        ('[{"from": 9, "to": 3}]', "fault 1: ends before it starts"),
    ],
)
def test_a_wrong_file_of_faults_is_one_message(tmp_path: Path, text: str, told: str) -> None:
    file, faults = as_csv(tmp_path / "requests", rows(refuses)), tmp_path / "faults.json"
    faults.write_text(text)
    with pytest.raises(UsageError, match=told):
        judged(file, "--faults", faults)
