"""Lies in records and files: none is green, and what is whole is."""

from __future__ import annotations

import sys

import psutil
import pytest
from click.testing import CliRunner
from squall.cli import selftest as command
from squall.selftest import planting
from squall.selftest.lie import HONEST, LieResult
from squall.selftest.run_selftest import tell_evidence, tell_files

ANSWERS = [*tell_evidence(), *tell_files()]
NOTICED_BY = {
    "the history is cut, and the count with it": "load-as-planned",
    "requests were meant for other times than planned": "load-as-planned",
    "an answer came before its request": "times-in-order",
    "a time is not a number": "times-in-order",
    "the app answers from a static page": "database-used",
    "one of two faults was left out": "faults-bit",
    "the fault was healed after a tenth of its time": "faults-bit",
    "the bad answers are cut out of the stored history": "history.jsonl: was changed",
    "a stored verdict is edited": "verdict.json: was changed",
    "the verdict over all outages is edited": "the findings on",
    "the failed outage is struck from verdict.json": "the verdict over all: inconclusive",
}
"""What no older check would notice."""


def test_there_are_at_least_twenty_five_lies_without_a_lab() -> None:
    names = [answer.lie for answer in ANSWERS if answer.lie != HONEST]
    assert len(set(names)) == len(names) >= 25


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.lie)
def test_only_the_honest_run_is_green(answer: LieResult) -> None:
    assert answer.believed is (answer.lie == HONEST), answer.noticed_by
    assert NOTICED_BY.get(answer.lie, "") in answer.noticed_by


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        ([(HONEST, True), ("x", False)], 0, "1 of 1 lies were noticed"),
        ([(HONEST, True), ("x", True), ("y", False)], 1, "BELIEVED  x"),
        ([(HONEST, False), ("x", False)], 2, "nothing is shown"),
    ],
    ids=["all noticed", "one believed", "nothing is green"],
)
def test_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, answers: list[tuple[str, bool]], code: int, words: str
) -> None:
    made = [LieResult(lie=lie, believed=believed, noticed_by="") for lie, believed in answers]
    monkeypatch.setattr(command, "tell_evidence", lambda: made)
    monkeypatch.setattr(command, "tell_files", list)
    result = CliRunner().invoke(command.selftest, ["--quick"], standalone_mode=False)
    assert (result.return_value, result.exception) == (code, None)
    assert words in result.output


async def test_what_is_started_beside_a_lab_is_ended() -> None:
    """The app that takes another one's port is in no lab, and no watchdog knows it."""
    before = {child.pid for child in psutil.Process().children()}
    await planting.start_beside(sys.executable, "-c", "import time; time.sleep(60)")
    started = [one for one in psutil.Process().children() if one.pid not in before]
    assert len(started) == 1
    await planting.end_beside()
    assert not started[0].is_running()
