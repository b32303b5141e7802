"""Custom gates: registered by name, then usable wherever Squall's own gates are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from squall import Scenario, UsageError, dump, gate_set, gates, loads
from squall.config import plugins
from squall.gates import registry
from squall.gates.verdict import Severity, judge_gate

YAML = """
squall: 1
name: hungry
story: Nobody eats.
steps: []
gates:
  no-empty-answer: {at_most: 2, word: none}
"""

MODULE = """
from dataclasses import dataclass
from squall.gates import Evidence, Finding, Gate, passed, register

@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Gate):
    name = "made-elsewhere"
    limit: int = 1

    def judge(self, evidence: Evidence) -> Finding:
        return passed(self.name, "yes")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEmptyAnswer(gates.Gate):
    """At most so many answers have nothing in them."""

    at_most: int = 0
    word: str = ""

    name = "no-empty-answer"
    severity = Severity.WRONG_DATA
    timed = True

    def judge(self, evidence: gates.Evidence) -> gates.Finding:
        """Count the answers."""
        if len(evidence.ops) > self.at_most:
            return gates.failed(self.name, "too many", code="empty")
        return gates.passed(self.name, "few")


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Gates and modules of a test are gone after it."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    known, modules = set(registry.names()), set(sys.modules)
    yield
    for name in set(registry.names()) - known:
        registry.unregister(name)
    for name in set(sys.modules) - modules:
        if name.startswith("custom_"):
            del sys.modules[name]


def test_a_registered_gate_stands_in_a_file_and_comes_back_from_it() -> None:
    with pytest.raises(UsageError, match="unknown gate 'no-empty-answer'"):
        loads(YAML)
    gates.register(NoEmptyAnswer)
    scenario = loads(YAML)
    assert scenario.gates == {"no-empty-answer": NoEmptyAnswer(at_most=2, word="none")}
    assert loads(dump(scenario)) == scenario


def test_its_parameters_are_checked() -> None:
    gates.register(NoEmptyAnswer)
    with pytest.raises(UsageError, match=r":7: gate no-empty-answer: at_most must be a number"):
        loads(YAML.replace("at_most: 2", "at_most: many"))
    with pytest.raises(UsageError, match="word must be a text, got 3"):
        loads(YAML.replace("word: none", "word: 3"))


def test_a_gate_in_python_needs_no_name_in_the_registry_until_it_is_written() -> None:
    scenario = Scenario(name="x", story="y", steps=(), gates=gate_set(NoEmptyAnswer()))
    assert NoEmptyAnswer() in scenario.all_gates()
    with pytest.raises(UsageError, match=r"'no-empty-answer' .* is not registered"):
        dump(scenario)
    gates.register(NoEmptyAnswer)
    assert loads(dump(scenario)) == scenario


def test_a_standard_gate_is_in_every_scenario() -> None:
    plain = Scenario(name="x", story="y", steps=())
    assert NoEmptyAnswer() not in plain.all_gates()
    gates.register(NoEmptyAnswer, standard=True)
    assert NoEmptyAnswer() in plain.all_gates()


def test_its_findings_carry_its_facts(evidence: Any, make: Any) -> None:
    found = judge_gate(NoEmptyAnswer(), evidence([make.op(1)]))
    assert (found.code, found.severity, found.timed, found.outlasts) == (
        "empty",
        Severity.WRONG_DATA,
        True,
        False,
    )


def test_a_module_of_the_configuration_registers_its_gates(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.squall]\nplugins = ["custom_gates"]\n')
    (tmp_path / "custom_gates.py").write_text(MODULE)
    plugins.load_plugins(tmp_path)
    text = YAML.replace("no-empty-answer: {at_most: 2, word: none}", "made-elsewhere: {limit: 5}")
    scenario = loads(text)
    assert loads(dump(scenario)) == scenario


def test_an_installed_package_registers_its_gates_by_an_entry_point(tmp_path: Path) -> None:
    about = tmp_path / "custom_pack-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: custom-pack\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[squall.plugins]\npack = custom_pack\n")
    (tmp_path / "custom_pack.py").write_text(MODULE)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from pathlib import Path\n"
        "from squall.config.plugins import load_plugins\n"
        "from squall.gates import registry\n"
        "load_plugins(Path('/'))\n"
        "print('made-elsewhere' in registry.names())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "True\n"


def test_a_plugin_that_cannot_be_imported_names_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "custom_pack-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: custom-pack\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[squall.plugins]\npack = custom_gone\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match=r"plugin 'pack' of custom-pack \(custom_gone\) cannot"):
        plugins.load_plugins(tmp_path)


class Bare:
    """Has a name and nothing else."""

    name = "bare"


@dataclass(frozen=True)
class NoFacts:
    """Judges, and does not say how grave its failure is."""

    name = "no-facts"

    def judge(self, evidence: object) -> None:
        """Judge nothing."""


@dataclass(frozen=True)
class Shouting(gates.Gate):
    """Is called in capitals."""

    name = "SHOUTING"


@dataclass(frozen=True)
class Taken(gates.Gate):
    """Is called as one of Squall's own gates."""

    name = "steady-state"


@dataclass(frozen=True)
class Required(gates.Gate):
    """Has a field without a default."""

    limit: int

    name = "required"


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (Bare, "must be a dataclass"),
        (NoFacts, "has no severity, timed, outlasts; derive it from squall.gates.Gate"),
        (Shouting, "name must be words joined by hyphens"),
        (Taken, "the name 'steady-state' is taken"),
        (Required, "each field needs a default; without one: limit"),
    ],
)
def test_what_is_no_gate_is_refused(made: type, told: str) -> None:
    with pytest.raises(UsageError, match=f"Gate|{told}") as caught:
        gates.register(made)
    assert told in str(caught.value)


def test_a_scenario_refuses_a_gate_without_facts() -> None:
    with pytest.raises(UsageError, match="gate 'no-facts' has no severity"):
        Scenario(name="x", story="y", steps=(), gates={"no-facts": NoFacts()})  # type: ignore[dict-item]
