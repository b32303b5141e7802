"""Parse faults as typed: ``network.latency latency=300ms jitter=50ms proxy=postgres``.

A value may carry a unit. The attribute's name contains the unit that the fault expects, and may be
typed without it: ``latency=0.3s`` is ``latency_ms: 300``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import squall_faults as faults
import yaml
from squall_faults import Fault, InvalidFault

UNITS = {
    "_ms": {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0},
    "_us": {"us": 1.0, "ms": 1000.0, "s": 1_000_000.0},
    "_kb_per_s": {"KB/s": 1.0, "kB/s": 1.0, "MB/s": 1000.0},
    "_bytes": {"B": 1.0, "KB": 1000.0, "kB": 1000.0, "MB": 1_000_000.0},
}
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}
QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z/]+)")


def duration(text: str) -> float:
    """Seconds from ``2s``, ``300ms``, ``1.5m`` or a plain number.

    Raises:
        InvalidFault: the text has none of these forms.
    """
    found = QUANTITY.fullmatch(text.strip())
    try:
        seconds = float(found[1]) * SECONDS[found[2]] if found else float(text)
    except (KeyError, ValueError):
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise InvalidFault(f"{text!r} is not a duration; write 2s, 300ms or 1m")
    return seconds


def parse_fault(key: str, words: Iterable[str]) -> Fault:
    """The fault described by a key and ``name=value`` arguments.

    Raises:
        InvalidFault: an unknown fault or attribute, or an invalid value.
    """
    entry = faults.entry(key)
    known = [field.name for field in entry.fields()]
    given: dict[str, Any] = {}
    for word in words:
        name, separator, text = word.partition("=")
        if not separator:
            raise InvalidFault(f"{word!r}: attributes are written name=value")
        full = _full_name(name, known)
        given[full] = _value(full, text)
    return faults.from_dict({"fault": key, **given})


def _full_name(name: str, known: list[str]) -> str:
    """Resolve ``latency`` to ``latency_ms`` if that exists. Unknown names are reported later."""
    if name in known:
        return name
    return next((f"{name}{unit}" for unit in UNITS if f"{name}{unit}" in known), name)


def _value(name: str, text: str) -> Any:  # noqa: ANN401 - what YAML reads
    units = next((units for unit, units in UNITS.items() if name.endswith(unit)), {})
    found = QUANTITY.fullmatch(text)
    if found and found[2] in units:
        value = round(float(found[1]) * units[found[2]], 6)  # 1.001 * 1000 is 1000.9999999999999
        return int(value) if value.is_integer() else value
    if name in ("sqlstate", "message", "statement"):
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidFault(f"{name}={text}: the value cannot be read") from error
