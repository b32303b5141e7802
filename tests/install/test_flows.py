"""What the documents promise, line by line, from a wheel, for two apps that are not ours.

One app is synchronous with migrations, the other one asynchronous; both have a login. Each gets an
environment of its own that holds the wheel and what its ``requirements.txt`` names.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = [pytest.mark.scenario, pytest.mark.proof, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
APPS = Path(__file__).parent / "apps"
FIRST_VERDICT_SECONDS = 300
FIRST_VERDICT_COMMANDS = 5
JUDGED = (0, 1, 2)
"""Exit codes of runs that were judged: 3 and 4 say that something did not work."""

BLOCK = re.compile(r"^```(?P<kind>\w+)[^\n]*\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str, kind: str) -> list[str]:
    """The fenced blocks of one kind."""
    text = (ROOT / page).read_text("utf-8")
    return [found["text"] for found in BLOCK.finditer(text) if found["kind"] == kind]


def lines(page: str, number: int) -> list[str]:
    """What a reader types of the page's console block with this number."""
    typed = blocks(page, "console")[number].splitlines()
    return [line[2:].split(" # ")[0].strip() for line in typed if line.startswith("$ ")]


@dataclass
class Project:
    """A directory in which a reader types what a page says; nothing is activated."""

    home: Path
    program: Callable[..., subprocess.CompletedProcess[str]]
    wheel: Path
    typed: int = 0

    def words(self, line: str) -> list[str]:
        """The page's words, with the wheel for the package and this environment's programs."""
        words = shlex.split(line.replace("pipx install", "pip install"))
        first = words[0].removeprefix(".venv/bin/")
        if first in ("squall", "pip", "pytest"):
            words[0] = str(self.home / ".venv/bin" / first)
        return [str(self.wheel) if word == "squall" else word for word in words]

    def type(self, line: str, *codes: int) -> str:
        """Output and errors of one line."""
        self.typed += 1
        done = self.program(*self.words(line), cwd=self.home)
        told = done.stdout + done.stderr
        assert done.returncode in (codes or (0,)), f"{line}: {done.returncode}\n{told}"
        assert "Traceback (most recent call last)" not in done.stderr, told
        assert "internal error" not in told
        return str(told)


@pytest.fixture(scope="module", params=["async_notes", "sync_shop"])
def project(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    wheel: Path,
    program: Any,
) -> Project:
    """One app in a directory of its own, with nothing configured."""
    home = tmp_path_factory.mktemp("flows") / request.param
    shutil.copytree(APPS / request.param, home)
    return Project(home, program, wheel)


@pytest.fixture(scope="module")
def first(project: Project) -> dict[str, Any]:
    """The way to the first verdict, measured."""
    began = time.monotonic()
    project.type("python3 -m venv .venv")
    project.type("pip install squall -r requirements.txt")
    told = {"init": project.type("squall init"),
            "check": project.type("squall check --only smoke", *JUDGED)}  # fmt: skip
    return {**told, "seconds": time.monotonic() - began, "commands": project.typed}


def test_the_first_verdict_takes_five_minutes_and_five_commands(first: dict[str, Any]) -> None:
    print(f"{first['seconds']:.0f} s, {first['commands']} commands")  # noqa: T201 - the note
    assert first["seconds"] <= FIRST_VERDICT_SECONDS
    assert first["commands"] <= FIRST_VERDICT_COMMANDS
    assert "harness" not in first["check"]


def test_the_first_verdict_is_true_and_names_the_line(
    first: dict[str, Any], project: Project
) -> None:
    """Neither app handles an error of its database: six outages cannot pass."""
    screen = first["check"].partition("\nCauses\n")[2][:2000]
    assert "unhandled database errors become HTTP 500" in screen, first["check"]
    named = re.findall(r"(\S+\.py):(\d+) in \w+", screen)
    assert named, screen
    for file, line in named:
        assert len((project.home / file).read_text().splitlines()) >= int(line)


def test_the_steps_of_both_ci_examples(first: dict[str, Any], project: Project) -> None:
    assert first
    github = yaml.safe_load((ROOT / "examples/ci-github/squall.yml").read_text())
    gitlab = yaml.safe_load((ROOT / "examples/ci-gitlab/.gitlab-ci.yml").read_text())
    (job,) = github["jobs"].values()
    steps = [step.get("run", "") for step in job["steps"]] + gitlab["outages"]["script"]
    checks = [line for line in steps if line.startswith("squall check")]
    assert len(checks) == 2
    for line in checks:
        assert "slow-network" in project.type(f"{line} --only slow-network", *JUDGED)


@pytest.fixture
def up(first: dict[str, Any], project: Project) -> Iterator[subprocess.Popen[str]]:
    """The first line of the page for those on call."""
    assert first
    (line,) = lines("docs/how-to/on-call.md", 0)
    (project.home / "incident.squall.yaml").unlink(missing_ok=True)
    with (project.home / "up.out").open("w") as out:
        process = subprocess.Popen(
            project.words(line), cwd=project.home, stdout=out, stderr=subprocess.STDOUT, text=True
        )
        ends = time.monotonic() + 90
        while "squall status" not in (project.home / "up.out").read_text():
            assert process.poll() is None, (project.home / "up.out").read_text()
            assert time.monotonic() < ends, (project.home / "up.out").read_text()
            time.sleep(0.1)
        yield process
        process.kill()
        process.wait()


def test_an_incident_becomes_a_test(up: subprocess.Popen[str], project: Project) -> None:
    told = [project.type(line) for line in lines("docs/how-to/on-call.md", 1)]
    assert "network.latency" in told[1]
    up.wait(60)
    (line,) = lines("docs/how-to/on-call.md", 2)
    ran = project.type(line, 0, 1)  # 2: what was recorded could not be judged
    assert (
        "The network to the database was slow, then it crashed."
        in (project.home / "incident.squall.yaml").read_text()
    )
    assert "pass" in ran or "fail" in ran


def test_a_run_is_repeated_and_judged_again(first: dict[str, Any], project: Project) -> None:
    assert first
    oldest = min((project.home / ".squall/runs").iterdir())
    replay, recheck = lines("docs/how-to/on-call.md", 3)
    assert "the verdicts are as stored" in project.type(recheck.replace("RUN", str(oldest)), 0, 1)
    one = next(path for path in oldest.iterdir() if (path / "run.json").exists())
    assert one.name in project.type(replay.replace("RUN", str(one)), *JUDGED)


def test_the_tests_of_three_pages(first: dict[str, Any], project: Project) -> None:
    """Their addresses are those of the reader's app; nothing else is changed."""
    assert first
    own = "/products/1" if "shop" in project.home.name else "/notes"
    pages = {"pytest": blocks("docs/reference/pytest.md", "python")[:2],
             "toxiproxy": blocks("docs/how-to/from-toxiproxy-tests.md", "python"),
             "readme": blocks("README.md", "python")}  # fmt: skip
    for name, texts in pages.items():
        text = re.sub(r'"/(?:items|orders)/1"', f'"{own}"', "\n\n".join(texts))
        text = text.replace('outage("database")', 'outage("database-fast-restart")')
        (project.home / f"test_{name}.py").write_text(text)
    files = " ".join(f"test_{name}.py" for name in pages)
    told = project.type(f"pytest {files}", 0, 1)
    assert "error" not in told.splitlines()[-1].lower(), told
    by_hand = project.type("pytest -k 'slow_database or by_hand' " + files, 0)
    assert "2 passed" in by_hand


def test_the_test_that_init_wrote(first: dict[str, Any], project: Project) -> None:
    assert first
    (line,) = lines("docs/tutorial/first-verdict.md", 2)
    assert "the_service_survives" in project.type(line, 0, 1)


ENGINE = 'engine = create_async_engine(os.environ["DATABASE_URL"])\n'
APP = "app = FastAPI(lifespan=lifespan)\n"


def test_the_tutorial_to_the_letter(tmp_path: Path, wheel: Path, program: Any) -> None:
    page = "docs/tutorial/first-verdict.md"
    source, engine, handler = blocks(page, "python")
    (address,) = blocks(page, "text")
    project = Project(tmp_path / "notes", program, wheel)
    project.home.mkdir()
    made, *installing = lines(page, 0)
    assert made == "mkdir notes && cd notes"
    for line in installing:
        project.type(line)
    (project.home / "main.py").write_text(source)
    (project.home / ".env.example").write_text(address)
    init, check = lines(page, 1)
    project.type(init)
    told = project.type(check, 1)
    assert "unhandled database errors become HTTP 500" in told
    assert "answered-in-time" in told
    assert ENGINE in source
    assert APP in source
    source = source.replace(ENGINE, engine).replace(APP, APP + "\n\n" + handler)
    (project.home / "main.py").write_text(source)
    project.type(check, 0)
    (test,) = lines(page, 2)
    assert "passed" in project.type(test, 0)
