"""Read scenario files: YAML in, :class:`Scenario` out, all problems at once with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar, get_args

import squall_faults as faults
import yaml
from squall_faults import Fault, InvalidFault

from squall.core.errors import UsageError
from squall.core.files import read_regular
from squall.gates import registry as gate_catalogue
from squall.gates.verdict import Gate
from squall.scenario.duration import Duration, parse_duration
from squall.scenario.model import Arrivals, Load, Requests, Scenario
from squall.scenario.step import Step
from squall.scenario.yaml_nodes import YamlProblems, YamlReader, values_of
from squall.scenario.yaml_plain import MAX_BYTES, compose, show

VERSION = 1
"""Version of the file format, under the key ``squall``."""

SUFFIX = ".squall.yaml"

Word = TypeVar("Word", bound=str)

TOP_KEYS = (
    "squall", "name", "story", "tags", "needs", "before_seconds", "after_seconds", "load", "steps",
    "gates", "should", "amid_requests",
)  # fmt: skip


def load(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        UsageError: the file cannot be read, or has problems: all of them, one a line with
            ``file:line``.
    """
    text = read_regular(path, MAX_BYTES)
    return loads(text, file=str(path))


def loads(text: str, *, file: str = "<text>") -> Scenario:
    """Read a scenario from YAML text; errors as :func:`load`."""
    problems = YamlProblems(file)
    root = compose(text, file)
    scenario = _Reader(problems).scenario(root)
    if problems.found or scenario is None:
        raise UsageError(str(problems))
    return scenario


class _Reader:
    def __init__(self, problems: YamlProblems) -> None:
        self._problems = problems
        self._plain = YamlReader(problems)

    def scenario(self, root: yaml.Node) -> Scenario | None:
        given = self._plain.mapping(root, "a scenario")
        self._plain.known(root, given, TOP_KEYS, "a scenario")
        self._version(root, given)
        fields = {
            "name": self._text(root, given, "name"),
            "story": self._text(root, given, "story"),
            "tags": frozenset(self._words(given.get("tags"), "tags")),
            "needs": frozenset(self._words(given.get("needs"), "needs")),
            "load": self._load(given.get("load")),
            "steps": tuple(self._steps(root, given.get("steps"))),
            "gates": self._gates(given.get("gates")),
            "should": self._should(given.get("should")),
        }
        if "amid_requests" in given:
            fields["amid_requests"] = self._plain.boolean(given["amid_requests"], "amid_requests")
        for key in ("before_seconds", "after_seconds"):
            if key in given:
                fields[key] = self._plain.number(given[key], key, 1.0)
        try:
            scenario: Scenario = Scenario(**fields)  # type: ignore[arg-type]
        except UsageError as error:
            for line in str(error).splitlines():
                self._problems.add(root, line)
            return None
        return scenario

    def _version(self, root: yaml.Node, given: Mapping[str, yaml.Node]) -> None:
        node = given.get("squall")
        if node is None:
            self._problems.add(root, f"a scenario starts with 'squall: {VERSION}'")
        elif self._plain.value(node) != VERSION:
            got = self._plain.value(node)
            self._problems.add(node, f"format version {show(got)} is unknown; this reads {VERSION}")

    def _text(self, root: yaml.Node, given: Mapping[str, yaml.Node], key: str) -> str:
        if key not in given:
            self._problems.add(root, f"a scenario needs {key!r}")
            return key
        return self._plain.text(given[key], key, key)

    def _words(self, node: yaml.Node | None, what: str) -> Iterable[str]:
        for item in self._plain.items(node, what) if node is not None else ():
            yield self._plain.text(item, f"each of {what}", what)

    def _load(self, node: yaml.Node | None) -> Load:
        if node is None:
            return Load()
        given = self._plain.mapping(node, "load")
        self._plain.known(node, given, ("rate_per_second", "arrivals", "requests"), "load")
        usual = Load()
        rate, arrivals, requests = usual.rate_per_second, usual.arrivals, usual.requests
        if "rate_per_second" in given:
            rate = self._plain.number(given["rate_per_second"], "rate_per_second", rate)
        if "arrivals" in given:
            arrivals = self._word(given["arrivals"], "arrivals", get_args(Arrivals), arrivals)
        if "requests" in given:
            requests = self._word(given["requests"], "requests", get_args(Requests), requests)
        return Load(rate_per_second=rate, arrivals=arrivals, requests=requests)

    def _word(self, node: yaml.Node, key: str, known: Sequence[Word], default: Word) -> Word:
        value = self._plain.value(node)
        for word in known:
            if value == word:
                return word
        self._problems.add(node, f"{key} must be one of {', '.join(known)}, got {show(value)}")
        return default

    def _steps(self, root: yaml.Node, node: yaml.Node | None) -> Iterable[Step]:
        if node is None:
            self._problems.add(root, "a scenario needs 'steps'; [] is the run without a fault")
            return
        for item in self._plain.items(node, "steps"):
            step = self._step(item)
            if step is not None:
                yield step

    def _step(self, node: yaml.Node) -> Step | None:
        given = self._plain.mapping(node, "a step")
        seconds = [key for key in ("at_seconds", "lasting_seconds") if key in given]
        times = {key: self._plain.number(given.pop(key), key, 0.0) for key in seconds}
        may_miss = "may_miss" in given and self._plain.boolean(given.pop("may_miss"), "may_miss")
        lasting = Duration()
        if "lasting" in given:
            lasting = self._duration(given.pop("lasting"))
        elif "lasting_seconds" not in times:
            self._problems.add(node, "a step needs 'lasting_seconds' or 'lasting'")
        deadlines, starts = given.pop("deadlines", None), given.pop("starts", None)
        fault = self._fault(node, given)
        if fault is None:
            return None
        return Step(
            at_seconds=times.get("at_seconds", 0.0),
            fault=fault,
            lasting_seconds=max(times.get("lasting_seconds", 0.0), lasting.seconds),
            lasting_deadlines=lasting.deadlines,
            lasting_starts=lasting.starts,
            deadlines=self._measured("deadlines", deadlines, fault),
            starts=self._measured("starts", starts, fault),
            may_miss=may_miss,
        )

    def _measured(self, unit: str, node: yaml.Node | None, fault: Fault) -> dict[str, float]:
        if node is None:
            return {}
        found = {}
        for name, value in self._plain.mapping(node, unit).items():
            found[name] = self._plain.number(value, name, 0.0)
            if not name.endswith("_ms") or not hasattr(fault, name):
                self._problems.add(value, f"{unit}: {name} is not a time in ms of this fault")
        return found

    def _duration(self, node: yaml.Node) -> Duration:
        try:
            return parse_duration(str(self._plain.value(node)))
        except UsageError as error:
            self._problems.add(node, f"lasting: {error}")
            return Duration()

    def _should(self, node: yaml.Node | None) -> dict[str, Gate]:
        found = self._gates(node)
        if node is not None and None in found.values():
            self._problems.add(node, "should: has limits only; switch gates off under 'gates'")
        return {name: gate for name, gate in found.items() if gate is not None}

    def _fault(self, node: yaml.Node, given: Mapping[str, yaml.Node]) -> Fault | None:
        if "fault" not in given:
            self._problems.add(node, "a step needs 'fault', for example network.latency")
            return None
        place = given["fault"]
        try:
            known = {field.name for field in faults.entry(str(self._plain.value(place))).fields()}
            strange = [name for name in given if name != "fault" and name not in known]
            place = given[strange[0]] if strange else _last(given, place)
            return faults.from_dict(values_of(self._plain, given))
        except InvalidFault as error:
            self._problems.add(place, str(error))
            return None

    def _gates(self, node: yaml.Node | None) -> dict[str, Gate | None]:
        gates: dict[str, Gate | None] = {}
        for name, value in (self._plain.mapping(node, "gates") if node is not None else {}).items():
            params = self._plain.value(value)
            if name == gate_catalogue.LIMITS:
                gates.update(self._limits(value))
                continue
            try:
                # YAML 1.1 reads a bare "off" as False, and that is how people disable a gate.
                gate = gate_catalogue.from_dict(name, {} if params is False else params)
                gates[name] = None if params is False else gate
            except UsageError as error:
                self._problems.add(value, str(error))
        return gates

    def _limits(self, node: yaml.Node) -> dict[str, Gate | None]:
        """``limits: [p95 during <= 3x before]``: each under its expression."""
        found: dict[str, Gate | None] = {}
        for item in self._plain.items(node, "limits"):
            try:
                found.update(
                    gate_catalogue.thresholds([self._plain.text(item, "a limit", "limits")])
                )
            except UsageError as error:
                self._problems.add(item, str(error))
        return found


def _last(given: Mapping[str, yaml.Node], default: yaml.Node) -> yaml.Node:
    """The most likely place of an invalid attribute: the last one given."""
    return list(given.values())[-1] if given else default
