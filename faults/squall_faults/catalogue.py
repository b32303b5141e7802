"""The faults by name: ``network.latency`` in a scenario file is this class with these fields.

A class registers itself in its own file, with the port that it needs and what it does to the app.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from squall_faults.errors import InvalidFault
from squall_faults.fault import Fault

F = TypeVar("F", bound=type)

MAX_NEAR = 3
"""So many names are suggested for one that is unknown."""


class Effect(StrEnum):
    """What a fault does to what it hits, as the app sees it; diagnoses start from it."""

    CUTS = "cuts"
    """Connections that are open end: a pool is left with dead ones."""
    SILENCES = "silences"
    """No answer comes, not even an error: only a time-out ends the wait."""
    BLOCKS = "blocks"
    """The server works and waits for a lock; other statements are answered."""
    SLOWS = "slows"
    """Every answer comes, and comes later."""
    ERRORS = "errors"
    """The server answers with an error, and the connection stays open."""
    REFUSES = "refuses"
    """New sessions are not let in; those that are open go on."""
    ENDS = "ends"
    """The app's process ends."""
    FREEZES = "freezes"
    """The app's process stands still."""
    FORGETS = "forgets"
    """What the server held is gone: it works, and finds nothing."""
    LEAVES = "leaves"
    """Clients go away before they have their answer."""
    LOADS = "loads"
    """More requests come than usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fault of the catalogue."""

    key: str
    """``family.name``, the word in scenario files, on the command line and in reports."""
    fault: type
    needs: type
    """The Protocol of ``squall_faults.ports`` that the lab must supply."""
    effect: Effect
    """What the app sees of it first."""

    @property
    def summary(self) -> str:
        """First line of the class docstring."""
        return (self.fault.__doc__ or "").strip().partition("\n")[0]

    def fields(self) -> list[dataclasses.Field[Any]]:
        """The attributes that a description may give."""
        return list(dataclasses.fields(self.fault))


_ENTRIES: dict[str, Entry] = {}
_KEYS: dict[type, str] = {}


def register(key: str, *, needs: type, effect: Effect) -> Callable[[F], F]:
    """Class decorator: enter the fault under ``key``."""

    def enter(fault: F) -> F:
        if key in _ENTRIES:
            raise ValueError(f"two faults are called {key}")
        _ENTRIES[key] = Entry(key=key, fault=fault, needs=needs, effect=effect)
        _KEYS[fault] = key
        return fault

    return enter


def entries() -> list[Entry]:
    """Every fault, sorted by key."""
    return [_ENTRIES[key] for key in sorted(_ENTRIES)]


def entry(key: str) -> Entry:
    """The fault called ``key``; InvalidFault names the nearest ones when there is none."""
    found = _ENTRIES.get(key)
    if found is None:
        *others, last = difflib.get_close_matches(key, _ENTRIES, n=MAX_NEAR) or [""]
        near = f"{', '.join(others)} or {last}" if others else last
        hint = f"did you mean {near}?" if near else "list them with: squall faults"
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
