"""docs/reference/gates.md lists every gate with its facts and every code that a gate can give."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import squall.gates
from squall.gates import registry
from squall.gates.every_gate import NAMED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/gates.md").read_text("utf-8")
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
NOT_CODES = {"holds", "unproven", "limits"}
ROW = re.compile(
    r"^\| `(?P<name>[\w-]+)` \| (?P<severity>[\w-]+)"
    r" \| (?P<timed>yes|no) \| (?P<outlasts>yes|no) \|",
    re.MULTILINE,
)


EVERY = [*registry.standard_gates(), *(gate() for gate in NAMED)]


def declared_codes() -> Iterator[str]:
    """Values of the constants of the gates' modules that are written like a code."""
    for file in Path(squall.gates.__file__).parent.rglob("*.py"):
        for node in ast.parse(file.read_text("utf-8")).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))):
                    if name.isupper() and CODE.fullmatch(value):
                        yield value


def yes(value: bool) -> str:
    return "yes" if value else "no"


def test_the_table_has_each_gate_with_its_facts() -> None:
    listed = [(m["name"], m["severity"], m["timed"], m["outlasts"]) for m in ROW.finditer(PAGE)]
    assert listed == [
        (gate.name, gate.severity.label, yes(gate.timed), yes(gate.outlasts)) for gate in EVERY
    ]


def test_each_validity_check_is_listed() -> None:
    for gate in registry.validity_gates():
        assert f"\n| `{gate.name}` | " in PAGE


def test_each_code_is_listed_and_each_listed_code_exists() -> None:
    names = {gate.name for gate in (*EVERY, *registry.validity_gates())}
    codes = set(declared_codes()) - NOT_CODES
    tables = PAGE.partition("## Facts and codes")[2].partition("## Custom gates")[0]
    rows = "\n".join(line for line in tables.splitlines() if line.startswith(("|", "Other codes")))
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)+|unsteady)`", rows)) - names - {"p95"} == codes | {
        "gate-crashed"
    }


def test_the_example_is_a_gate(request: pytest.FixtureRequest) -> None:
    example = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)[0]
    request.addfinalizer(lambda: registry.unregister("few-refusals"))
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, "gates.md", "exec", dont_inherit=True), names)  # noqa: S102 - our own page
    assert registry.from_dict("few-refusals", {"share": 0.2}) == names["FewRefusals"](share=0.2)
