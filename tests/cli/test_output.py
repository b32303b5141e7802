"""Where the output cannot go, where it came from, and how the shell completes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-P", "-m", "squall.cli"]
SECONDS = 60


def shell(line: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``squall`` is the command; the exit code is the first one's."""
    call = " ".join(COMMAND)
    return subprocess.run(
        ["bash", "-c", f"{line.replace('squall ', call + ' ')}"],
        cwd=home, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("squall outages > /dev/full", "cannot write to standard output: No space left"),
        ("squall outages >&-", "standard output is closed"),
        (
            "trap '' PIPE; (sleep 3; squall outages; echo code $? >&2) | head -c 0",
            "cannot write to standard output: Broken pipe",
        ),
    ],
    ids=["full disk", "closed", "broken pipe"],
)
def test_what_cannot_be_printed_is_no_verdict(line: str, told: str, tmp_path: Path) -> None:
    done = shell(line, tmp_path)
    assert told in done.stderr
    assert done.returncode == 3 or "code 3" in done.stderr
    assert "Traceback" not in done.stderr
    assert len([each for each in done.stderr.splitlines() if each != "code 3"]) == 1


def test_ctrl_c_while_python_still_imports_is_answered_in_words(tmp_path: Path) -> None:
    """A module that is slow to import stands for a slow disk."""
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "click.py").write_text(
        "import time\nprint('now', flush=True)\ntime.sleep(50)"
    )
    process = subprocess.Popen(
        [*COMMAND, "check"], env={**os.environ, "PYTHONPATH": str(tmp_path / "slow")},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n"
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=SECONDS)
    assert time.monotonic() - begun < 10
    assert (process.returncode, error) == (130, "squall: interrupted; nothing was started\n")


def test_a_remedy_in_a_pipe_keeps_its_code(tmp_path: Path) -> None:
    names = shell("squall explain", tmp_path).stdout.split("\n")
    texts = [shell(f"squall explain {name.split()[0]}", tmp_path).stdout for name in names[:6]]
    assert any("\n```python\n" in text for text in texts)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("check --only slow-net", {"slow-network"}),
        ("check --only smo", {"smoke"}),
        ("inject network.lat", {"network.latency"}),
        ("inject network.latency dir", {"direction=upstream", "direction=downstream"}),
        ("faults wire.cut_a", {"wire.cut_after_commit"}),
        ("gates recov", {"recovery-time"}),
        ("outages slow-net", {"slow-network"}),
        ("hea", {"heal"}),
        ("inject network.latency direction = down", {"downstream"}),  # as bash cuts it
        ("compare --against x --only slow-net", {"slow-network"}),
    ],
)
def test_the_shell_completes_names(typed: str, expected: set[str], tmp_path: Path) -> None:
    assert expected <= completed(typed, tmp_path)


def completed(typed: str, directory: Path) -> set[str]:
    words = f"squall {typed}"
    done = subprocess.run(
        COMMAND, cwd=directory, capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, "_SQUALL_COMPLETE": "bash_complete", "COMP_WORDS": words,
             "COMP_CWORD": str(len(words.split()) - 1)},
    )  # fmt: skip
    assert done.stderr == ""
    return {line.partition(",")[2] for line in done.stdout.splitlines() if line}


def test_an_attribute_that_is_given_is_not_offered_again(tmp_path: Path) -> None:
    assert completed("inject network.latency lat", tmp_path) == {"latency_ms="}
    assert completed("inject network.latency latency_ms=3 lat", tmp_path) == set()
    assert completed("inject network.latency latency_ms = 3 lat", tmp_path) == set()


CUSTOM = """
from dataclasses import dataclass
from squall_faults import Effect
from squall_faults.catalogue import register
from squall_faults.ports import AppControl

@register("shop.closes", needs=AppControl, effect=Effect.ENDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Closes:
    for_good: bool = False
"""


def test_custom_faults_are_completed_and_a_broken_plugin_is_no_noise(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.squall]\nplugins = ["shop_faults"]\n')
    (tmp_path / "shop_faults.py").write_text(CUSTOM)
    assert completed("inject shop.c", tmp_path) == {"shop.closes"}
    assert completed("inject shop.closes for", tmp_path) == {"for_good=true", "for_good=false"}
    (tmp_path / "shop_faults.py").write_text("raise RuntimeError\n")
    assert completed("inject network.lat", tmp_path) == {"network.latency"}


def test_bash_puts_no_blank_behind_an_attribute_whose_value_is_to_be_typed(tmp_path: Path) -> None:
    source = subprocess.run(
        COMMAND, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, "_SQUALL_COMPLETE": "bash_source"},
    ).stdout  # fmt: skip
    assert "[[ $value == *= ]] && compopt -o nospace" in source
    assert subprocess.run(["bash", "-n", "-c", source], check=False).returncode == 0


def stored(home: Path, name: str, **verdicts: str) -> Path:
    """A run directory with these verdicts."""
    path = home / ".squall" / "runs" / name
    path.mkdir(parents=True)
    outages = [{"scenario": key.replace("_", "-"), "verdict": v} for key, v in verdicts.items()]
    document = {"squall": "verdict", "version": 1, "verdict": "fail", "outages": outages}
    (path / "verdict.json").write_text(json.dumps(document))
    (path / "index.html").write_text("<html>")
    return path


def test_runs_are_listed_newest_first_and_the_report_of_the_newest_is_found(tmp_path: Path) -> None:
    assert "no stored run" in shell("squall runs", tmp_path).stdout
    assert "there is no run" in shell("squall report", tmp_path).stderr
    stored(tmp_path, "20260101-100000-000", slow_network="pass")
    stored(tmp_path, "20260102-100000-000", slow_network="fail", flap="pass")
    lines = shell("squall runs", tmp_path).stdout.splitlines()
    assert [line.split()[1][-19:] for line in lines] == [
        "20260102-100000-000",
        "20260101-100000-000",
    ]
    assert lines[0].endswith("1 fail, 1 pass")
    assert shell("squall report", tmp_path).stdout.endswith("20260102-100000-000/index.html\n")


def test_last_failed_chooses_what_did_not_pass(tmp_path: Path) -> None:
    line = "squall check --last-failed --list"
    done = shell(line, tmp_path)
    assert "there is no stored run" in done.stderr
    everything = done.stdout
    stored(tmp_path, "20260102-100000-000", slow_network="fail", app_crash="pass")
    done = shell(line, tmp_path)
    names = [each.split()[0] for each in done.stdout.splitlines() if not each.startswith(" ")]
    assert names == ["slow-network"]
    stored(tmp_path, "20260103-100000-000", slow_network="pass")
    done = shell(line, tmp_path)
    assert "all passed" in done.stderr
    assert done.stdout == everything
