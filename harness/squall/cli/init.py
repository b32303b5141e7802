"""``squall init``: find the configuration and a first test in the app's files, and try them.

Files are written only at the end, so that an interrupted command leaves no half-tested table.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from squall.cli.isolate import isolate, start_lines
from squall.config.init.draft import Draft, draft_of
from squall.config.init.find_script import find_scripts
from squall.config.init.project import Project
from squall.config.init.scan_source import Detected, scan_source
from squall.config.interpreter import find_interpreter, servers_of
from squall.config.profile import AppProfile
from squall.config.pyproject import FILE, load_profile
from squall.core.errors import ExitCode, UsageError
from squall.lab.lab_options import LabOptions

if TYPE_CHECKING:
    from squall.cli.init_trial import DraftTrial

TEST = Path("tests") / "test_resilience.py"
TEST_TEXT = '''"""The service survives outages of its database: one test an outage."""

import pytest

pytest.importorskip("squall", reason="Squall is not installed here: pip install squall")


@pytest.mark.parametrize(
    "outage", ["slow-network", "dropped-connections", "database-crash-restart"]
)
def test_the_service_survives(squall, outage):
    run = squall.run(outage)
    assert run.passed
'''
SHOWN_OPERATIONS = 8
SHOWN_REASONS = 6
REASON_LETTERS = 100


@click.command()
@click.option("--app", metavar="TARGET", help="The app, when looking does not find it.")
@click.option("--python", metavar="PATH", help="Interpreter of the app's own environment.")
@click.option("--no-try", "untried", is_flag=True, help="Write the table without starting a lab.")
@click.option(
    "--time-limit",
    metavar="SECONDS",
    default=240.0,
    show_default=True,
    type=click.FloatRange(min=1),
    help="For trying what was found.",
)
def init(app: str | None, python: str | None, untried: bool, time_limit: float) -> int:
    """Write [tool.squall] and a first test, by looking at your app.

    Nothing is written before the end: what is interrupted leaves no half-tried table.
    """
    here = Path.cwd()
    if load_profile(here) is not None:
        raise UsageError(f"{FILE} has [tool.squall] already; run: squall check")
    found = _found(here, app)
    drafts = [draft_of(one, python=python or "") for one in found]
    table = _Table.of(here / FILE)
    profile = table.profile(drafts[0])
    _say_what_was_found(found[0], profile)
    code, best = ExitCode.PASS, drafts[0]
    if not untried:
        code, best = _try(drafts, table.profile, profile, time_limit)
    table.write(best)
    click.echo(f"written: [tool.squall] in {FILE}; read it, it holds guesses")
    if not TEST.exists():
        TEST.parent.mkdir(exist_ok=True)
        TEST.write_text(TEST_TEXT, encoding="utf-8")
        click.echo(f"written: {TEST}")
    if code == ExitCode.PASS:
        click.echo("next: squall check --only smoke")
    return code


def _found(here: Path, app: str | None) -> list[Detected]:
    """The candidates, the best first.

    Raises:
        UsageError: nothing was found, or the app does not use PostgreSQL.
    """
    named = app if app and " " not in app else ""
    found = scan_source(here, named) or (scan_source(here) if app else [])
    if app and found:
        found = [dataclasses.replace(found[0], app=app)] if found[0].app != app else found[:1]
    elif app:
        found = [Detected(app=app)]
    if not found:
        raise UsageError(_nothing_found(here))
    if found[0].other_database:
        raise UsageError(
            f"{found[0].app} uses {found[0].other_database}, and Squall's outages are those of"
            " PostgreSQL: it cannot test this app as it is; nothing was written\n"
            "  if the app also runs over PostgreSQL, write [tool.squall] yourself:"
            " docs/how-to/your-own-app.md"
        )
    return [one for one in found if not one.other_database]


def _nothing_found(here: Path) -> str:
    scripts = find_scripts(Project(here), ())
    if scripts:
        return (
            f"{scripts[0].script} starts a server, and no variable sets its port; name a command"
            " that takes one: squall init --app 'COMMAND --port {port}'"
        )
    return f"no FastAPI app was found below {here}; name it: squall init --app package.module:app"


def _say_what_was_found(found: Detected, profile: AppProfile) -> None:
    folder = f", started in {found.folder}/" if found.folder else ""
    click.echo(f"app: {found.app} ({found.app_place}; {found.why}{folder})")
    click.echo(f"database: {', '.join(found.database_env)}")
    if found.database:
        told = ", ".join(f"{key} {text}" for key, text in found.database.items()
                         if key != "password")  # fmt: skip
        click.echo(f"fixed in the source: {told}; the lab's database takes them")
    for needed in found.dependencies:
        click.echo(f"{needed.name}: {', '.join(needed.environment)}")
    for command in (*found.setup, *found.seed):
        click.echo(f"set-up: {command}")
    for note in found.notes:
        click.echo(note)
    if profile.python is not None and not servers_of(profile.python):
        click.echo("server: the app's environment has neither uvicorn nor granian nor hypercorn")


def _try(
    drafts: Sequence[Draft],
    read: Callable[[Draft], AppProfile],
    profile: AppProfile,
    seconds: float,
) -> tuple[ExitCode, Draft]:
    from squall.cli.init_trial import try_drafts  # noqa: PLC0415 - keeps `squall --help` quick

    options = LabOptions(profile=profile)
    isolate(options)
    for line in start_lines(options):
        click.echo(line)
    trial = try_drafts(drafts, read, click.echo, seconds)
    return _report(trial), trial.draft


def _report(trial: DraftTrial) -> ExitCode:
    if trial.problem:
        click.echo(f"it does not work yet: {trial.problem}", err=True)
        return ExitCode.HARNESS
    shown = ", ".join(trial.operations[:SHOWN_OPERATIONS])
    more = len(trial.operations) - SHOWN_OPERATIONS
    click.echo(f"works: {len(trial.operations)} operations reach the app, and the database is used")
    click.echo(f"  {shown}" + (f", and {more} more" if more > 0 else ""))
    for line in (*left_out_lines(trial.left_out), *(f"  {note}" for note in trial.notes)):
        click.echo(line)
    return ExitCode.PASS


def left_out_lines(left_out: Mapping[str, str]) -> list[str]:
    """How many operations are left out, and the reasons that most of them share."""
    if not left_out:
        return []
    counts = Counter(reason.partition("\n")[0][:REASON_LETTERS] for reason in left_out.values())
    lines = [f"  {count} x {reason}" for reason, count in counts.most_common(SHOWN_REASONS)]
    return [f"  {len(left_out)} are left out; `squall check` shows each", *lines]


@dataclass(frozen=True, slots=True)
class _Table:
    """The file with a draft's table below its previous content. It is written only at the end."""

    file: Path
    before: str

    @classmethod
    def of(cls, file: Path) -> _Table:
        try:
            before = file.read_text(encoding="utf-8") if file.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{file}: cannot be read: {error}") from error
        return cls(file, before + ("\n" if before and not before.endswith("\n\n") else ""))

    def profile(self, draft: Draft) -> AppProfile:
        """The profile that the file would describe."""
        profile = load_profile(self.file.parent, self.before + draft.table())
        if profile is None:
            raise UsageError(f"{self.file}: would have no [tool.squall]")
        find_interpreter(self.file.parent, draft.python or None, draft.directory)
        return profile

    def write(self, draft: Draft) -> None:
        try:
            self.file.write_text(self.before + draft.table(), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{self.file}: cannot be written: {error.strerror}") from error
