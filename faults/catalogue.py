"""The faults by name: ``network.latency`` in a scenario file is this class with these fields.

A class registers itself in its own file, with the port that it needs and how it is drawn.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from faults.errors import InvalidFault
from faults.fault import Fault

F = TypeVar("F", bound=type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fault of the catalogue."""

    key: str
    """``family.name``, the word in scenario files, on the command line and in reports."""
    fault: type
    needs: type
    """The Protocol of ``faults.ports`` that the lab must supply."""
    colour: str
    """CSS colour of its band in charts."""

    @property
    def summary(self) -> str:
        """First line of the class docstring."""
        return (self.fault.__doc__ or "").strip().partition("\n")[0]

    def fields(self) -> list[dataclasses.Field[Any]]:
        """The attributes that a description may give."""
        return list(dataclasses.fields(self.fault))


_ENTRIES: dict[str, Entry] = {}
_KEYS: dict[type, str] = {}


def catalogued(key: str, *, needs: type, colour: str) -> Callable[[F], F]:
    """Class decorator: enter the fault under ``key``."""

    def enter(fault: F) -> F:
        if key in _ENTRIES:
            raise ValueError(f"two faults are called {key}")
        _ENTRIES[key] = Entry(key=key, fault=fault, needs=needs, colour=colour)
        _KEYS[fault] = key
        return fault

    return enter


def entries() -> list[Entry]:
    """Every fault, sorted by key."""
    return [_ENTRIES[key] for key in sorted(_ENTRIES)]


def entry(key: str) -> Entry:
    """The fault called ``key``; InvalidFault names the nearest one when there is none."""
    found = _ENTRIES.get(key)
    if found is None:
        near = difflib.get_close_matches(key, _ENTRIES, n=1)
        hint = (
            f"did you mean {near[0]}?" if near else f"known faults: {', '.join(sorted(_ENTRIES))}"
        )
        raise InvalidFault(f"unknown fault {key!r}; {hint}")
    return found


def key_of(fault: Fault) -> str:
    """The catalogue's name of a fault."""
    try:
        return _KEYS[type(fault)]
    except KeyError:
        raise InvalidFault(f"{type(fault).__name__} is not in the catalogue") from None


def entry_of(fault: Fault) -> Entry:
    """The catalogue's entry of a fault."""
    return _ENTRIES[key_of(fault)]


def to_dict(fault: Fault) -> dict[str, Any]:
    """``{"fault": key, …}`` with the fields that differ from their defaults."""
    given = {
        field.name: getattr(fault, field.name)
        for field in entry_of(fault).fields()
        if getattr(fault, field.name) != field.default
    }
    return {"fault": key_of(fault), **given}


def from_dict(description: Mapping[str, Any]) -> Fault:
    """The inverse of :func:`to_dict`.

    Raises:
        InvalidFault: unknown fault, unknown or missing attribute, or a bad value; all in one
            message, each with what would be right.
    """
    given = dict(description)
    found = entry(str(given.pop("fault", "")))
    known = {field.name: field for field in found.fields()}
    problems = [
        f"{found.key} has no attribute {name!r}; it has: {', '.join(sorted(known)) or 'none'}"
        for name in given
        if name not in known
    ]
    problems += [
        f"{found.key} needs {name}"
        for name, field in known.items()
        if name not in given and field.default is dataclasses.MISSING
    ]
    if problems:
        raise InvalidFault("; ".join(problems))
    fault: Fault = found.fault(**given)
    return fault
