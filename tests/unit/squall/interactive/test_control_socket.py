"""The control socket: requests and answers, errors with their exit codes, over a real socket."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from squall import UsageError
from squall.core.errors import ExitCode, LabError
from squall.core.process_identity import ProcessIdentity
from squall.interactive import control_client

PAUSE = {"fault": "app.pause"}


async def raw(bench: Any, line: bytes) -> bytes:
    """What the console answers to bytes that no client of ours sends."""
    path = control_client.read(bench.place)
    assert path is not None
    reader, writer = await asyncio.open_unix_connection(path.socket)
    writer.write(line)
    if b"\n" not in line:
        writer.write_eof()
    answer = b""
    async with asyncio.timeout(5):
        with suppress(ConnectionResetError):  # it did not read everything, and need not
            answer = await reader.read()
    writer.close()
    return answer


async def test_a_fault_is_injected_shown_and_healed(bench: Any) -> None:
    held = await bench.ask(verb="inject", fault=PAUSE)
    assert held == {
        "id": 1,
        "fault": "app.pause",
        "in_force": True,
        "seconds": 0.0,
        "bites": 3,
        "what": "app processes frozen",
        "lapsed": "",
    }
    there = (await bench.ask(verb="status"))["in_force"]
    assert [(one["id"], one["in_force"]) for one in there] == [(1, True)]
    healed = (await bench.ask(verb="heal", id=1))["healed"]
    assert [(one["id"], one["in_force"], one["bites"]) for one in healed] == [(1, False, 3)]
    assert bench.said == ["injected 1: app.pause", "healed 1: app.pause"]


async def test_the_status_says_where_everything_is(bench: Any) -> None:
    bench.lab.left = "proxy postgres is disabled"
    assert await bench.ask(verb="status") == {
        "app": "http://127.0.0.1:1",
        "database": "postgresql://app@127.0.0.1:2/app",
        "database_direct": "postgresql://app@127.0.0.1:4/app",
        "engine": "http://127.0.0.1:3",
        "directory": "/nowhere",
        "in_force": [],
        "left": "proxy postgres is disabled",
        "load": "load: no answers",
    }


async def test_a_fault_that_lasts_is_answered_when_it_is_healed(bench: Any) -> None:
    held = await bench.ask(verb="inject", fault=PAUSE, lasting_seconds=0.01)
    assert (held["in_force"], held["bites"]) == (False, 3)
    assert bench.lab.port.calls == ["pause", "resume"]


async def test_two_requests_at_once_do_not_wait_for_each_other(bench: Any) -> None:
    long = asyncio.create_task(bench.ask(verb="inject", fault=PAUSE, lasting_seconds=3600))
    async with asyncio.timeout(10):
        while not (await bench.ask(verb="status"))["in_force"]:
            pass
        assert not long.done()
        assert (await bench.ask(verb="inject", fault={"fault": "app.crash"}))["id"] == 2
        await bench.ask(verb="heal")
        assert (await long)["in_force"] is False
    assert bench.lab.port.calls == ["pause", "crash", "revive", "resume"]


async def test_a_lab_is_ended_when_told(bench: Any) -> None:
    assert await bench.ask(verb="down") == {"ending": True}
    assert bench.to_end.is_set()


@pytest.mark.parametrize(
    ("request_", "refuses", "code", "words"),
    [
        ({"verb": "sing"}, "", ExitCode.USAGE, "unknown request 'sing'"),
        ({}, "", ExitCode.USAGE, "unknown request None"),
        (
            {"verb": "inject", "fault": {"fault": "app.pose"}},
            "",
            ExitCode.USAGE,
            "unknown fault 'app.pose'; did you mean app.pause or app.overlap?",
        ),
        (
            {"verb": "inject", "fault": {"fault": "app.pause", "x": 1}},
            "",
            ExitCode.USAGE,
            "app.pause has no attribute 'x'; it has: none",
        ),
        (
            {"verb": "heal", "id": 3},
            "",
            ExitCode.USAGE,
            "no fault 3 is in force; in force: none",
        ),
        (
            {"verb": "inject", "fault": {"fault": "database.crash"}},
            "",
            ExitCode.HARNESS,
            "database.crash needs a database; this lab has none",
        ),
        ({"verb": "inject", "fault": PAUSE}, "pause", ExitCode.HARNESS, "pause: the stub refuses"),
        (
            {"verb": "inject", "fault": PAUSE, "lasting_seconds": 0},
            "resume",
            ExitCode.HARNESS,
            "AppPause() could not be undone: resume: the stub refuses",
        ),
    ],
)
async def test_an_error_comes_back_with_its_exit_code(
    bench: Any, request_: dict[str, Any], refuses: str, code: ExitCode, words: str
) -> None:
    bench.lab.port.refuses = {refuses}
    with pytest.raises(control_client.Refused) as refused:
        await bench.ask(**request_)
    assert (refused.value.exit_code, str(refused.value)) == (code, words)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"no json\n",
        b"[1]\n",
        b'{"verb": "inject"}\n',
        b'{"verb": "inject", "fault": 7}\n',
        b"\xff\n",
        b"x" * 2_000_000,
    ],
    ids=["nothing", "a line end", "words", "a list", "no fault", "a number", "no text", "too much"],
)
async def test_what_no_client_of_ours_sends_ends_the_line_and_harms_nobody(
    bench: Any, line: bytes
) -> None:
    answer = await raw(bench, line)
    assert answer == b"" or json.loads(answer)["exit_code"] == ExitCode.USAGE
    assert (await bench.ask(verb="status"))["in_force"] == []


async def test_only_the_owner_may_open_the_socket(bench: Any) -> None:
    place = control_client.read(bench.place)
    assert place is not None
    seen = await asyncio.to_thread(os.stat, place.socket)
    assert stat.S_IMODE(seen.st_mode) == 0o600


def test_no_lab_is_a_usage_error(tmp_path: Path) -> None:
    words = "no lab is up in this directory; start one with: squall up"
    with pytest.raises(UsageError, match=words):
        control_client.ask({"verb": "status"}, tmp_path / "up.json")
    control_client.write(control_client.LabRecord(process=gone(), socket="x"), tmp_path / "up.json")
    with pytest.raises(UsageError, match=words):
        control_client.ask({"verb": "status"}, tmp_path / "up.json")


def gone() -> ProcessIdentity:
    """A process that was there; its number is that of another one now, as in a container."""
    return ProcessIdentity(os.getpid(), "an earlier start")


def test_a_lab_that_does_not_answer_is_told_with_its_process(tmp_path: Path) -> None:
    here = control_client.LabRecord(
        process=ProcessIdentity.own(), socket=str(tmp_path / "none.sock")
    )
    control_client.write(here, tmp_path / "up.json")
    with pytest.raises(LabError, match=rf"the lab \(process {os.getpid()}\) does not answer"):
        control_client.ask({"verb": "status"}, tmp_path / "up.json")


async def test_a_lab_that_ends_before_it_answers_is_told(tmp_path: Path) -> None:
    path = tmp_path / "up.json"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "short.sock"))
        listening.listen()
        control_client.write(
            control_client.LabRecord(
                process=ProcessIdentity.own(), socket=str(tmp_path / "short.sock")
            ),
            path,
        )
        asked = asyncio.create_task(asyncio.to_thread(control_client.ask, {"verb": "status"}, path))
        taken, _ = await asyncio.to_thread(listening.accept)
        with taken:
            await asyncio.to_thread(taken.recv, 1000)
    with pytest.raises(LabError, match="ended before it answered"):
        await asked


def test_a_second_lab_is_refused_and_a_dead_one_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "below" / "up.json"
    control_client.write(control_client.LabRecord(process=gone(), socket="x"), path)
    mine = control_client.LabRecord(process=ProcessIdentity.own(), socket="y")
    control_client.write(mine, path)
    assert control_client.read(path) == mine
    other = control_client.LabRecord(process=ProcessIdentity.of(os.getppid()), socket="z")
    with pytest.raises(LabError, match=rf"a lab is up already \(process {os.getpid()}\)"):
        control_client.write(other, path)
    control_client.forget(path)
    control_client.forget(path)
    assert control_client.read(path) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"pid": "x", "started": "s", "socket": "y"}',
        '{"pid": 1, "socket": "y"}',
    ],
)
def test_a_word_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "up.json").write_text(text)
    assert control_client.read(tmp_path / "up.json") is None


def test_only_this_account_may_read_the_word_of_a_lab(tmp_path: Path) -> None:
    path = tmp_path / "below" / "up.json"
    control_client.write(control_client.LabRecord(process=ProcessIdentity.own(), socket="y"), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
