"""``squall init``: the configuration and a first test, by looking at the app's source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from harness.core.errors import UsageError
from harness.scenario.config import FILE, configured
from harness.scenario.look import Found, look

TEST = Path("tests") / "test_resilience.py"
TEST_TEXT = '''"""The service survives outages of its database: one test an outage."""

import pytest


@pytest.mark.parametrize(
    "outage", ["slow-network", "dropped-connections", "database-crash-restart"]
)
def test_the_service_survives(squall, outage):
    run = squall.run(outage)
    assert run.passed
'''


@click.command()
@click.option("--app", metavar="TARGET", help="The app, when looking does not find it.")
def init(app: str | None) -> int:
    """Write [tool.squall] to pyproject.toml, and a first test, by looking at the app."""
    here = Path.cwd()
    if configured(here) is not None:
        raise UsageError(f"{FILE} has [tool.squall] already; run: squall check")
    found = look(here)
    target = app or found.app
    if not target:
        raise UsageError(
            f"no FastAPI app was found below {here}; name it: squall init --app package.module:app"
        )
    if found.app_place and app is None:
        click.echo(f"app: {target} ({found.app_place})")
    _append(here / FILE, _table(target, found))
    click.echo(f"written: [tool.squall] in {FILE}; read it, it holds guesses")
    if not TEST.exists():
        TEST.parent.mkdir(exist_ok=True)
        TEST.write_text(TEST_TEXT, encoding="utf-8")
        click.echo(f"written: {TEST}")
    if found.required:
        names = ", ".join(found.required)
        click.echo(f"to do: the app does not start without {names}: fill in environment")
    click.echo("next: squall check --only smoke")
    return 0


def _table(target: str, found: Found) -> str:
    lines = ["[tool.squall]", f'app = "{target}"']
    if found.factory:
        lines.append("factory = true")
    lines.append(f"database_env = {_inline(found.database_env)}")
    environment = {**found.environment, **dict.fromkeys(found.required, "")}
    if environment:
        lines.append(f"environment = {_inline(environment)}")
    if found.setup:
        lines.append("setup = [" + ", ".join(f'"{command}"' for command in found.setup) + "]")
    lines += [
        "deadline_seconds = 3.0",
        '# ready = "/readyz"            # a probe that must tell the truth',
        '# openapi = "/api/v1/openapi.json"',
        '# headers = {Authorization = "Bearer …"}    # or [[tool.squall.login]], see the how-to',
        "# writes = true               # ask operations that write, too",
        '# written_keys = "SELECT key, count(*) FROM … GROUP BY key"   # checks writes for loss',
    ]
    return "\n".join(lines) + "\n"


def _inline(table: Mapping[str, str]) -> str:
    """An inline table of TOML; JSON's texts are TOML's basic strings."""
    return "{" + ", ".join(f"{name} = {json.dumps(text)}" for name, text in table.items()) + "}"


def _append(file: Path, table: str) -> None:
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        gap = "\n" if before and not before.endswith("\n\n") else ""
        file.write_text(before + gap + table, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error
