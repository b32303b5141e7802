"""Logging: silent by default, on standard error when asked, with the end of every step."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from squall.cli.main import squall
from squall.core import logs
from squall.core.events import BackendsSampled, RunEnded
from squall.runner.event_log import log_event


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    logger = logging.getLogger("squall")
    before = (list(logger.handlers), logger.level, logger.propagate)
    yield
    logger.handlers[:], logger.propagate = before[0], before[2]
    logger.setLevel(before[1])


def test_steps_are_logged_with_their_ends(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug")
    with logs.logged("engine: starting"):
        pass
    with pytest.raises(OSError, match="no port"), logs.logged("app: starting"):
        raise OSError("no port")
    text = capsys.readouterr()
    assert text.out == ""
    first, second, third, fourth = text.err.splitlines()
    assert first.endswith("DEBUG   squall.lab: engine: starting ...")
    assert "INFO    squall.lab: engine: starting: done after 0.0" in second
    assert third.endswith("app: starting ...")
    assert "app: starting: failed after 0.0" in fourth
    assert fourth.endswith(" s: no port")


async def test_a_step_that_is_awaited_gives_its_result() -> None:
    async def work() -> int:
        return 7

    assert await logs.logged_step("work", work()) == 7


def test_samples_are_for_debugging_only(capsys: pytest.CaptureFixture[str]) -> None:
    sample = BackendsSampled(at=1.0, total=1, active=0, idle=1, idle_in_transaction=0)
    for level, count in (("info", 1), ("debug", 2), ("warning", 0)):
        logs.configure(level)
        log_event(RunEnded(at=2.0))
        log_event(sample)
        assert len(capsys.readouterr().err.splitlines()) == count


@pytest.mark.parametrize("words", [["--log-level", "DEBUG"], []])
def test_the_option_and_the_variable_say_how_much(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not words:
        monkeypatch.setenv("SQUALL_LOG_LEVEL", "debug")
    result = CliRunner().invoke(squall, [*words, "faults"], standalone_mode=False)
    assert result.exception is None
    assert logging.getLogger("squall").level == logging.DEBUG


def test_nothing_is_logged_unless_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SQUALL_LOG_LEVEL", raising=False)
    CliRunner().invoke(squall, ["faults"], standalone_mode=False)
    log_event(RunEnded(at=2.0))
    assert capsys.readouterr().err == ""
