"""A lab that is up, and hands in it from other terminals: ``squall up``, ``inject``, ``down``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from squall.scenario.yaml_loader import load
from squall_faults import Latency, Refuse

PATIENCE = 60.0
"""Seconds for a start on a machine that does much else."""

LEFT_SECONDS = 5.0
COMMAND = [sys.executable, "-m", "squall.cli"]
TRACEBACK = re.compile(r"^Traceback", re.MULTILINE)


def until(what: str, met: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return once ``met`` is true."""
    ends = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < ends, f"{what}: not within {seconds:g} s"
        time.sleep(0.02)


@dataclass
class Terminal:
    """A directory in which commands are typed."""

    directory: Path
    process: subprocess.Popen[str] | None = None
    family: list[psutil.Process] = field(default_factory=list)

    @property
    def output(self) -> Path:
        return self.directory / "up.out"

    def squall(self, *words: str) -> tuple[int, str, str]:
        """Exit code, output and errors of one command."""
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=self.directory, env=self.environment, capture_output=True, text=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert not TRACEBACK.search(done.stderr), done.stderr
        return done.returncode, done.stdout, done.stderr

    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("SQUALL_")}
        return {**inherited, "COLUMNS": "200", "SQUALL_APP": "reference"}

    def up(self, *words: str) -> None:
        """Start a lab and wait until it says so."""
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [*COMMAND, "up", *words],
                cwd=self.directory, env=self.environment, text=True,
                stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        up = self.process
        until("up", lambda: "squall status" in self.output.read_text() or up.poll() is not None)
        assert up.poll() is None, self.output.read_text()
        self.family = psutil.Process(up.pid).children(recursive=True)

    def down(self) -> tuple[int, int]:
        """Exit codes of ``squall down`` and of the lab that it ended."""
        assert self.process is not None
        telling = subprocess.Popen([*COMMAND, "down"], cwd=self.directory, env=self.environment)
        ended = self.process.wait(PATIENCE)  # `squall down` waits until nobody is there to wait for
        return telling.wait(PATIENCE), ended

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def living(self) -> list[psutil.Process]:
        """Processes of the lab that still do something."""
        return [one for one in self.family if one.is_running() and not dead(one)]


def dead(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path)
    yield made
    made.kill()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A lab that is up, with load, for all tests that leave nothing in force."""
    made = Terminal(tmp_path_factory.mktemp("lab"))
    made.up("--load", "40")
    yield made
    made.down()


def place(lab: Terminal, name: str) -> str:
    """An address, or the directory, as ``squall status`` tells it."""
    told = re.search(rf"^{name} +(\S+)$", lab.squall("status")[1], re.MULTILINE)
    assert told is not None
    return told[1]


def test_the_status_says_where_everything_is_and_that_nothing_is_wrong(lab: Terminal) -> None:
    until("load", lambda: re.search(r"load: \S+ answers/s, \S+ good", lab.squall("status")[1]))
    code, out, err = lab.squall("status")
    assert (code, err) == (0, "")
    assert re.findall(
        r"^(\w+) +(\w+)://(?:app(?::[^@]*)?@)?127\.0\.0\.1:\d+", out, re.MULTILINE
    ) == [
        ("app", "http"),
        ("database", "postgresql"),
        ("database_direct", "postgresql"),
        ("engine", "http"),
    ]
    assert out.splitlines()[-1] == "no fault is active"


def test_a_fault_is_in_force_until_it_is_healed(lab: Terminal) -> None:
    code, out, _ = lab.squall("inject", "network.latency", "latency=30ms", "--proxy", "postgres")
    assert (code, len(out.splitlines())) == (0, 2)
    number = out.split()[0]
    assert f"{number}  network.latency latency_ms=30  active for" in out
    assert out.splitlines()[1] == f"heal it with: squall heal {number}"
    bitten = re.compile(rf"{number}  network.latency .* effect: [1-9]\d* bytes delayed")
    until("a bite", lambda: bitten.search(lab.squall("status")[1]))
    code, out, _ = lab.squall("heal", number)
    assert code == 0
    assert re.search(rf"^{number}  network.latency .* healed after .* bytes delayed", out)
    assert lab.squall("status")[1].splitlines()[-1] == "no fault is active"
    assert lab.squall("heal")[:2] == (0, "no fault is active\n")


def test_a_fault_that_lasts_is_healed_when_the_command_ends(lab: Terminal) -> None:
    code, out, _ = lab.squall("inject", "database.pause", "--lasting", "200ms")
    assert code == 0
    assert re.search(r"^\d+  database.pause  healed after 0\.\d+ s, effect: [1-9]\d* sess", out)
    assert lab.squall("status")[1].splitlines()[-1] == "no fault is active"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["inject", "network.latncy"],
            (
                "unknown fault 'network.latncy'; did you mean network.latency, network.flap or"
                " network.slicer?"
            ),
        ),
        (
            ["inject", "database.crash", "speed=3"],
            "database.crash has no attribute 'speed'; it has: none",
        ),
        (
            ["inject", "network.latency", "latency=fast"],
            "latency_ms must be a whole number from 1 to 60000, got 'fast'",
        ),
        (["inject", "network.latency"], "network.latency needs latency_ms"),
        (
            ["inject", "database.crash", "--lasting", "soon"],
            "'soon' is not a duration; write 2s, 300ms or 1m",
        ),
        (["heal", "999"], "no fault 999 is in force; in force: none"),
    ],
)
def test_a_slip_is_one_clear_line_and_exit_code_4(
    lab: Terminal, words: list[str], told: str
) -> None:
    assert lab.squall(*words) == (4, "", f"squall: {told}\n")
    assert lab.squall("status")[1].splitlines()[-1] == "no fault is active"


def test_a_second_lab_in_the_same_directory_is_refused(lab: Terminal) -> None:
    assert lab.process is not None
    told = f"squall: a lab is up here (process {lab.process.pid}); end it with: squall down\n"
    assert lab.squall("up") == (4, "", told)
    assert lab.squall("status")[0] == 0


@pytest.mark.parametrize(
    "words", [["status"], ["heal"], ["heal", "1"], ["down"], ["inject", "database.crash"]]
)
def test_without_a_lab_it_is_told_how_to_start_one(terminal: Terminal, words: list[str]) -> None:
    told = "squall: no lab is up in this directory; start one with: squall up\n"
    assert terminal.squall(*words) == (4, "", told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--record", "incident.yaml"], "a scenario file's name ends with .squall.yaml"),
        (["--load", "-1"], "Invalid value for '--load': -1.0 is not in the range 0<=x<=10000"),
        (["--load", "many"], "'many' is not a valid float"),
        (["--app", "nothing"], "give an import string"),
    ],
)
def test_a_wrong_option_starts_nothing(terminal: Terminal, words: list[str], told: str) -> None:
    code, out, err = terminal.squall("up", *words)
    assert (code, out) == (4, "")
    assert told in err
    assert not (terminal.directory / ".squall").exists()


def test_what_was_done_by_hand_is_recorded_and_runs_again(terminal: Terminal) -> None:
    terminal.up("--load", "40", "--record", "incident.squall.yaml")
    terminal.squall("inject", "network.latency", "latency=20ms", "--lasting", "300ms")
    terminal.squall("inject", "network.refuse")
    directory = Path(place(terminal, "directory"))
    assert terminal.down() == (0, 0)
    until("the end of every process", lambda: not terminal.living(), LEFT_SECONDS)
    assert not directory.exists()
    assert not (terminal.directory / ".squall" / "up.json").exists()
    assert terminal.squall("status")[0] == 4
    recorded = load(terminal.directory / "incident.squall.yaml")
    assert [step.fault for step in recorded.steps] == [Latency(latency_ms=20), Refuse()]
    first, second = recorded.steps
    assert 0.3 <= first.lasting_seconds <= second.at_seconds
    assert second.lasting_seconds > 0
    code, out, err = terminal.squall("run", "incident.squall.yaml", "--seed", "1")
    assert code in (0, 1, 2), err
    assert re.search(r"\bincident\b", out)


def test_nothing_done_is_nothing_recorded(terminal: Terminal) -> None:
    terminal.up("--record", "incident.squall.yaml")
    assert terminal.down() == (0, 0)
    assert "nothing was injected, so nothing was recorded" in terminal.output.read_text()
    assert not (terminal.directory / "incident.squall.yaml").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_lab_heals_and_cleans_up(terminal: Terminal, number: signal.Signals) -> None:
    terminal.up()
    assert terminal.squall("inject", "database.pause")[0] == 0
    assert terminal.process is not None
    terminal.process.send_signal(number)
    assert terminal.process.wait(PATIENCE) == 130
    until("the end of every process", lambda: not terminal.living(), LEFT_SECONDS)
    assert terminal.squall("status")[0] == 4


def test_kill_9_leaves_nothing(terminal: Terminal) -> None:
    terminal.up("--load", "20")
    assert terminal.squall("inject", "database.pause")[0] == 0
    directory = Path(place(terminal, "directory"))
    assert len(terminal.living()) >= 4
    assert directory.exists()
    terminal.kill()
    until(
        "the end of every process and of the directory",
        lambda: not terminal.living() and not directory.exists(),
        LEFT_SECONDS,
    )
    told = "squall: no lab is up in this directory; start one with: squall up\n"
    assert terminal.squall("status") == (4, "", told)
