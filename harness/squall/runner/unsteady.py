"""A lighter load for an app that is not healthy before the fault, and would be under another load.

answers of few operations are bad ─▶ these are left out: a body that meets a certain row, a right
                                     that another operation takes away; no warm-up shows that
all answers are good, but late    ─▶ half of the load
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from squall.lab.lab import Lab
from squall.lab.left_out import with_followers, without_operations
from squall.lab.warm_up import LEAST_RATE, USUAL_RATE
from squall.runner.result import Run

UNSTEADY = "operations that fail without a fault are left out from here on"
SLOW = "the app was slow before the fault; with half the load"

LARGEST_PART = 4
"""At most one of this many operations is left out later; if more fail, the app itself does."""


@dataclass(slots=True)
class LighterLoad:
    """What was taken from the load of a lab, and is taken from those that replace it."""

    unsteady: dict[str, str] = field(default_factory=dict)
    rate: float = USUAL_RATE

    def apply(self, lab: Lab) -> None:
        """Take the same from a new lab's load."""
        lab.bearable_rate = min(self.rate, lab.bearable_rate)
        if self.unsteady:
            leave_out(lab, self.unsteady)

    def lighten(self, lab: Lab, run: Run) -> str:
        """Take from the load what alone made the app unhealthy before the fault. Returns what was
        done; empty if nothing.
        """
        if run.unsteady_operations and leave_out(lab, run.unsteady_operations):
            self.unsteady |= run.unsteady_operations
            return UNSTEADY
        if run.slow_before_fault and lab.derived and lab.bearable_rate > LEAST_RATE:
            self.rate = lab.bearable_rate = max(LEAST_RATE, lab.bearable_rate / 2)
            note = f"load: {self.rate:g} requests/s, since the app was slow at more"
            notes = (*lab.coverage.notes, note)
            lab.coverage = dataclasses.replace(lab.coverage, notes=notes)
            return SLOW
        return ""


def leave_out(lab: Lab, unsteady: Mapping[str, str]) -> Mapping[str, str]:
    """Leave operations out of a derived load. Returns those that were; empty if they are too many,
    or all that touches the database.
    """
    operations = lab.profile.operations
    known = {name: why for name, why in unsteady.items() if name in {o.name for o in operations}}
    if not lab.derived or len(known) > max(1, len(operations) // LARGEST_PART):
        return {}
    reasons = with_followers(known, operations)
    coverage = without_operations(lab.coverage, reasons)
    if len(reasons) == len(operations) or coverage.untouched:
        return {}
    rest = tuple(one for one in operations if one.name not in reasons)
    lab.profile = dataclasses.replace(lab.profile, operations=rest)
    lab.coverage = coverage
    return reasons
