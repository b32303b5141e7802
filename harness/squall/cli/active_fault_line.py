"""One line for a fault that is active in the lab."""

from __future__ import annotations

from typing import Any

from squall.core.counting import counted

KNOWN = {"id", "fault", "in_force", "seconds", "bites", "what", "lapsed"}


def active_fault_line(fault: dict[str, Any]) -> str:
    """Number, fault, attributes, how long it has been active, and what it did."""
    attributes = "".join(f" {name}={value}" for name, value in fault.items() if name not in KNOWN)
    effect = f", effect: {counted(fault['bites'], fault['what'])}" if fault["bites"] else ""
    state = "active for" if fault["in_force"] else "healed after"
    if fault["lapsed"]:
        state = f"no longer active ({fault['lapsed']}), after" if fault["in_force"] else state
    return f"{fault['id']}  {fault['fault']}{attributes}  {state} {fault['seconds']:g} s{effect}"
