"""Gates by name: ``recovery-time`` in a scenario file is this class with these fields.

Squall's own gates are in ``STANDARD``. Custom gates register themselves when their module is
imported, as custom faults do:

    @register
    @dataclass(frozen=True, slots=True, kw_only=True)
    class NoEmptyAnswer(Gate):
        name = "no-empty-answer"

        def judge(self, evidence: Evidence) -> Finding: ...
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from squall.core.errors import UsageError
from squall.core.suggestions import suggest
from squall.gates.every_gate import NAMED, STANDARD, VALIDITY
from squall.gates.threshold import parse_threshold
from squall.gates.verdict import Gate

G = TypeVar("G", bound=type)

LIMITS = "limits"
"""The name under which a file lists threshold expressions among its gates."""

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
FACTS = ("severity", "timed", "outlasts")

_BY_NAME: dict[str, type] = {gate.name: gate for gate in (*STANDARD, *NAMED)}  # type: ignore[attr-defined]
_IN_EVERY_SCENARIO: list[type] = list(STANDARD)


def register(gate: G, /, *, standard: bool = False) -> G:
    """Class decorator: register a gate under its ``name``.

    With ``standard``, every scenario has it with its defaults, like Squall's own gates; otherwise
    only the scenarios that name it.

    Raises:
        UsageError: it is not a frozen dataclass with a usable name, the facts of a gate and
            defaults for its fields, or the name is taken.
    """
    problem = _problem(gate)
    if problem:
        raise UsageError(f"gate {gate.__module__}.{gate.__qualname__}: {problem}")
    name: str = gate.name  # type: ignore[attr-defined] # just checked
    _BY_NAME[name] = gate
    if standard:
        _IN_EVERY_SCENARIO.append(gate)
    return gate


def unregister(name: str) -> None:
    """Remove a custom gate, for tests. Raises KeyError if none has this name."""
    gate = _BY_NAME[name]
    if gate in (*STANDARD, *NAMED):
        raise KeyError(name)
    del _BY_NAME[name]
    _IN_EVERY_SCENARIO[:] = [each for each in _IN_EVERY_SCENARIO if each is not gate]


def _problem(gate: type) -> str:
    """Why this class is not a gate, and what would be right; empty if it is one."""
    name = getattr(gate, "name", None)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return f"name must be words joined by hyphens, such as 'no-empty-answer', got {name!r}"
    taken = _BY_NAME.get(name) or next((v for v in VALIDITY if v.name == name), None)  # type: ignore[attr-defined]
    if name == LIMITS or taken is not None:
        return f"the name {name!r} is taken"
    if not dataclasses.is_dataclass(gate):
        return "must be a dataclass: decorate it with @dataclass(frozen=True, kw_only=True)"
    missing = missing_facts(gate)
    if missing:
        return missing
    bare = [f.name for f in dataclasses.fields(gate) if f.default is dataclasses.MISSING]
    return f"each field needs a default; without one: {', '.join(bare)}" if bare else ""


def missing_facts(gate: object) -> str:
    """What a class or an instance lacks to be a gate, with the next step; empty if nothing."""
    missing = [fact for fact in (*FACTS, "judge") if not hasattr(gate, fact)]
    return f"has no {', '.join(missing)}; derive it from squall.gates.Gate" if missing else ""


def names() -> list[str]:
    """Names of all gates that a scenario can have, the standard ones first."""
    return list(_BY_NAME)


def standard_gates() -> list[Gate]:
    """Each gate that every scenario has, with its defaults."""
    return [gate() for gate in _IN_EVERY_SCENARIO]


def validity_gates() -> list[Gate]:
    """The gates on the run itself, which decide whether it proves anything."""
    return [gate() for gate in VALIDITY]


def from_dict(name: str, params: object) -> Gate:
    """The gate called ``name`` with these parameters; None and ``{}`` mean the defaults.

    Raises:
        UsageError: unknown gate or parameter, or a value of the wrong type.
    """
    if name not in _BY_NAME:
        hint = suggest(name, [*_BY_NAME, LIMITS], list_with="squall gates")
        raise UsageError(f"unknown gate {name!r}; {hint}")
    if params is not None and not isinstance(params, Mapping):
        raise UsageError(f"gate {name}: give its parameters, {{}} or off; got {params!r}")
    given = dict(params or {})
    fields = {field.name: field for field in dataclasses.fields(_BY_NAME[name])}
    for key, value in given.items():
        if key not in fields:
            known = ", ".join(fields) or "none"
            raise UsageError(f"gate {name} has no parameter {key!r}; it has: {known}")
        _check_kind(name, key, value, fields[key])
    return cast("Gate", _BY_NAME[name](**given))


def _check_kind(gate: str, key: str, value: object, field: dataclasses.Field[Any]) -> None:
    """Refuse a value whose type is not that of the field's annotation."""
    kind = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", "")
    if value is None and "None" in kind:
        return
    if kind.startswith("bool"):
        right, word = isinstance(value, bool), "true or false"
    elif kind.startswith("str"):
        right, word = isinstance(value, str), "a text"
    else:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        right, word = number and value >= 0, "a number of at least 0"  # type: ignore[operator]
    if not right:
        raise UsageError(f"gate {gate}: {key} must be {word}, got {value!r}")


def thresholds(texts: object) -> dict[str, Gate]:
    """Gates for threshold expressions, by expression; see :mod:`squall.gates.threshold`.

    Raises:
        UsageError: the value is not a list of texts, or an expression cannot be parsed.
    """
    if not isinstance(texts, Sequence) or isinstance(texts, str):
        raise UsageError(f"{LIMITS} must be a list, such as ['p95 during <= 3x before']")
    return {one.name: one for one in map(parse_threshold, map(str, texts))}


def to_dict(gate: Gate) -> dict[str, Any]:
    """Parameters that differ from their defaults, for a gate that is not a threshold expression.

    Raises:
        UsageError: the gate is not registered, so that no file could name it.
    """
    known = _BY_NAME.get(gate.name)
    if known is None or known is not type(gate):
        raise UsageError(
            f"gate {gate.name!r} ({type(gate).__name__}) is not registered, so a file cannot name"
            " it; decorate its class with squall.gates.register"
        )
    fields = dataclasses.fields(_BY_NAME[gate.name])
    return {f.name: getattr(gate, f.name) for f in fields if getattr(gate, f.name) != f.default}
