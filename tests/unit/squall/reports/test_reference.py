"""docs/reference/files.md and examples/ci-*: complete, and no command that does not exist."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from squall.cli.main import squall
from squall.core.events import Event
from squall.history.evidence import Evidence
from squall.history.op import Op

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The reference by heading; what stands before the first is under its title."""
    text = (ROOT / "docs/reference/files.md").read_text("utf-8")
    _, *parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(section: str) -> dict[str, list[str]]:
    """The words in backticks of a table's rows, by the first of them."""
    found = [re.findall(r"`([^`]+)`", line) for line in section.splitlines() if "| `" in line]
    return {words[0]: words[1:] for words in found}


def test_every_file_of_a_run_is_explained(run: Any, stored: Any, sections: dict[str, str]) -> None:
    home: Path = stored(run())
    written = {file.relative_to(home).as_posix() for file in home.rglob("*") if file.is_file()}
    explained = {name.replace("<outage>", "cut") for name in rows(sections["Files of a run"])}
    assert explained == written


def test_every_field_of_an_operation_is_explained(sections: dict[str, str]) -> None:
    assert list(rows(sections["history.jsonl"])) == [field.name for field in dataclasses.fields(Op)]


def test_every_event_is_explained_with_its_fields(sections: dict[str, str]) -> None:
    known = {
        name: [field.name for field in dataclasses.fields(kind) if field.name != "at"]
        for name, kind in Event.KINDS.items()
    }
    assert rows(sections["events.jsonl"]) == known


def test_every_field_of_the_evidence_is_explained(sections: dict[str, str]) -> None:
    names = {field.name for field in dataclasses.fields(Evidence)} - {"ops", "events"}
    assert set(rows(sections["evidence.json"])) == names


def test_the_example_of_the_reference_runs(sections: dict[str, str]) -> None:
    code = sections["verdict.json"].split("```")[1].removeprefix("python\n")
    *statements, last = code.strip().splitlines()
    expression, _, expected = last.partition("  # ")
    scope: dict[str, Any] = {}
    exec("\n".join(statements), scope)  # noqa: S102 - the page's own example
    assert repr(eval(expression, scope)) == expected  # noqa: S307 - the same


def commands(node: object) -> list[str]:
    """Every shell command of a workflow."""
    if isinstance(node, dict):
        own = [node["run"]] if isinstance(node.get("run"), str) else []
        script = [line for line in node.get("script", []) if isinstance(line, str)]
        return own + script + [line for value in node.values() for line in commands(value)]
    return [line for item in node for line in commands(item)] if isinstance(node, list) else []


@pytest.mark.parametrize("file", ["ci-github/squall.yml", "ci-gitlab/.gitlab-ci.yml"])
def test_an_example_calls_squall_as_it_is(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = yaml.safe_load((ROOT / "examples" / file).read_text("utf-8"))
    called = [line for line in commands(workflow) if line.startswith("squall ")]
    assert len(called) == 1
    monkeypatch.setenv("SQUALL_APP", "mypackage.main:app")
    words = shlex.split(called[0])[1:]
    result = CliRunner().invoke(squall, [*words, "--list"], standalone_mode=False)
    assert result.exception is None
    assert "slow-network" in result.output
