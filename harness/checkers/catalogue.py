"""Gates by name: ``recovery-time`` in a scenario file is this class with these fields."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from harness.checkers.answered_in_time import AnsweredInTime
from harness.checkers.app_survived import AppSurvived
from harness.checkers.availability import Availability
from harness.checkers.connection_leaks import ConnectionLeaks
from harness.checkers.conservation import Conservation
from harness.checkers.control_arm import ControlArm
from harness.checkers.error_contract import ErrorContract
from harness.checkers.fails_fast import FailsFast
from harness.checkers.guards import EnoughOperations, FaultsBit, GeneratorKeptUp, SteadyState
from harness.checkers.health_probes import HealthProbes
from harness.checkers.limit import limit
from harness.checkers.log_clean import LogClean
from harness.checkers.no_acknowledged_write_lost import NoAcknowledgedWriteLost
from harness.checkers.no_duplicate import NoDuplicate
from harness.checkers.read_your_writes import ReadYourWrites
from harness.checkers.recovery_time import RecoveryTime
from harness.checkers.refused_write_absent import RefusedWriteAbsent
from harness.checkers.response_time import ResponseTime
from harness.checkers.retry_storm import RetryStorm
from harness.checkers.verdict import Checker
from harness.core.errors import UsageError

GATES: tuple[type, ...] = (
    ErrorContract,
    AnsweredInTime,
    FailsFast,
    ResponseTime,
    Availability,
    RecoveryTime,
    ConnectionLeaks,
    NoAcknowledgedWriteLost,
    NoDuplicate,
    RefusedWriteAbsent,
    Conservation,
    ReadYourWrites,
    RetryStorm,
    HealthProbes,
    LogClean,
    AppSurvived,
)
"""Every gate is standard: each scenario has all of them, with these defaults."""

LIMITS = "limits"
"""Under this name a list of gates in words stands among the gates of a file."""

_BY_NAME: dict[str, type] = {gate.name: gate for gate in GATES}  # type: ignore[attr-defined]


def standard_gates() -> list[Checker]:
    """Each gate with its defaults."""
    return [gate() for gate in GATES]


def guards() -> list[Checker]:
    """The judges that no scenario can switch off: they tell whether a run proves anything."""
    return [SteadyState(), FaultsBit(), EnoughOperations(), GeneratorKeptUp(), ControlArm()]


def from_dict(name: str, params: object) -> Checker:
    """The gate called ``name`` with these parameters; None and ``{}`` mean the defaults.

    Raises:
        UsageError: unknown gate or parameter, or a value of the wrong kind.
    """
    if name not in _BY_NAME:
        near = difflib.get_close_matches(name, _BY_NAME, n=1)
        known = f"known gates: {', '.join(_BY_NAME)}, {LIMITS}"
        hint = f"did you mean {near[0]}?" if near else known
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
    gate: Checker = _BY_NAME[name](**given)
    return gate


def _check_kind(gate: str, key: str, value: object, field: dataclasses.Field[Any]) -> None:
    kind = str(field.type)
    if kind == "bool":
        right, word = isinstance(value, bool), "true or false"
    else:
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
        right, word = number or (value is None and "None" in kind), "a number of at least 0"
    if not right:
        raise UsageError(f"gate {gate}: {key} must be {word}, got {value!r}")


def limits(texts: object) -> dict[str, Checker]:
    """Gates in words, by their words; see :mod:`harness.checkers.limit`.

    Raises:
        UsageError: they are no list of texts, or one cannot be understood.
    """
    if not isinstance(texts, Sequence) or isinstance(texts, str):
        raise UsageError(f"{LIMITS} must be a list, such as ['p95 during <= 3x before']")
    made = [limit(str(text)) for text in texts]
    return {one.name: one for one in made}


def to_dict(gate: Checker) -> dict[str, Any]:
    """Parameters that differ from their defaults; of a gate that is no limit in words."""
    fields = dataclasses.fields(_BY_NAME[gate.name])
    return {f.name: getattr(gate, f.name) for f in fields if getattr(gate, f.name) != f.default}
