"""Odd machines with a lab: a verdict, or one clear message with exit code 3 or 4."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytestmark = [pytest.mark.scenario, pytest.mark.proof, pytest.mark.timeout(200)]

SECONDS = 150
DEMO = "demo --only slow-network --seed 3"
CHECK = "check reference --only slow-network --seed 3"
MESSAGE_LETTERS = 2000


@dataclass(frozen=True)
class Machine:
    """One way in which a machine is odd."""

    name: str
    before: str = ""
    """Shell commands before Squall, in mount and user namespaces of their own."""
    codes: tuple[int, ...] = (0,)
    says: str = ""
    words: str = DEMO
    flags: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    namespace: bool = False
    folder: str = "work"


def tmpfs(size: str, place: str, options: str = "mode=1777") -> str:
    return f"mkdir -p {place}; mount -t tmpfs -o size={size},{options} tmpfs {place}; "


def temporary(folder: str) -> str:
    return f"mkdir -p '{folder}'; chmod 1777 '{folder}'; export TMPDIR=\"$PWD/{folder}\"; "


JUMPS = r"""
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t jump(void) {
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return now.tv_sec / 2 % 2 ? 3600 : -3600;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    int code = syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += jump();
    return code;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *now) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    return now ? (*now = exact.tv_sec) : exact.tv_sec;
}
"""
"""A wall clock that jumps by two hours, every two seconds, for every process that has it loaded."""
LOADED = "cc -shared -fPIC -o jumps.so jumps.c; export LD_PRELOAD=$PWD/jumps.so; "

SHM = "/dev/shm"  # noqa: S108 - where PostgreSQL keeps shared memory
READ_ONLY_HOME = f"{tmpfs('4k', 'home', 'ro')}export HOME=$PWD/home; unset XDG_CACHE_HOME; "
MACHINES = [
    Machine("no home", environment={"HOME": ""}),
    Machine("read-only home", namespace=True, before=READ_ONLY_HOME),
    Machine("TMPDIR with spaces and umlauts", before=temporary("t mp ü")),
    Machine("directory with spaces and umlauts", folder="p rö jekt"),
    Machine("long TMPDIR", before=temporary("x" * 150), codes=(0, 3)),
    Machine("disk full: run directory", namespace=True, before=tmpfs("100k", "out"),
            words=f"{DEMO} --output out/run", codes=(3,), says="no space left"),
    Machine("disk full: PGDATA", namespace=True, before=tmpfs("20m", "t") + temporary("t"),
            codes=(3,), says="no space left"),
    Machine("disk full: in the middle of a run", namespace=True,
            before=tmpfs("64m", "t") + temporary("t"), codes=(0, 2, 3)),
    Machine("small /dev/shm", namespace=True, before=tmpfs("4k", SHM)),
    Machine("read-only /dev/shm", namespace=True, before=tmpfs("4k", SHM, "ro"), codes=(0, 3)),
    Machine("256 open files", before="ulimit -n 256; "),
    Machine("64 open files", before="ulimit -n 64; ", codes=(3,), says="a lab needs 256"),
    Machine("3,000 requests a second", words=f"{CHECK} --rate 3000", codes=(0, 1, 2)),
    Machine("optimizing Python", flags="-O"),
    Machine("clock jumps", before=LOADED, codes=(0, 2)),
]  # fmt: skip


def run(machine: Machine, home: Path) -> tuple[int, str]:
    """Squall on this machine: exit code, and everything that it said."""
    home.mkdir()
    if machine.before == LOADED:
        if shutil.which("cc") is None:
            pytest.skip("cc is missing; install it with: apt-get install -y gcc")
        (home / "jumps.c").write_text(JUMPS)
    program = f"exec {sys.executable} {machine.flags} -m squall.cli {machine.words}"
    command = ["bash", "-c", f"set -e; {machine.before}{program}"]
    if machine.namespace:
        command = [
            "unshare",
            "--mount",
            *([] if os.geteuid() == 0 else ["--map-root-user"]),
            *command,
        ]
    environment = {**os.environ, **machine.environment}
    if environment["HOME"] == "":
        del environment["HOME"]
    done = subprocess.run(
        command, cwd=home, env=environment, capture_output=True, text=True, timeout=SECONDS,
        check=False,
    )  # fmt: skip
    if machine.namespace and ("unshare:" in done.stderr or "mount:" in done.stderr):
        pytest.skip(done.stderr.strip())
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory that PostgreSQL's account may enter when root runs these tests."""
    with tempfile.TemporaryDirectory(prefix="squall-odd-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts are Linux's")
@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_there_is_a_verdict_or_one_message(machine: Machine, home: Path) -> None:
    code, said = run(machine, home / machine.folder)
    assert code in machine.codes, said
    assert "internal error" not in said
    assert "Traceback (most recent call last)" not in said
    assert machine.says in said.lower()
    if code in (3, 4):
        assert len(said) < MESSAGE_LETTERS, said


def test_two_commands_do_not_share_a_directory(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "squall.cli", *DEMO.split(), "--output", "out"]
    first = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout is not None
        first.stdout.readline()
        second = subprocess.run(
            words, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        first.communicate(timeout=SECONDS)
    finally:
        first.kill()
    assert second.returncode == 4, second.stdout + second.stderr
    assert "another squall is writing there" in second.stderr
    assert first.returncode == 0
    assert (tmp_path / "out/verdict.json").is_file()
