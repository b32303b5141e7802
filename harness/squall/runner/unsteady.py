"""A lighter load for an app that is not healthy before the fault, and would be under another load.

answers of few operations are bad ─▶ these are left out: a body that meets a certain row, a right
                                     that another operation takes away; no warm-up shows that.
                                     Bodies that were made to differ are made equal again first
an item is removed by another one ─▶ what asks for such items is left out
all answers are good, but late    ─▶ half of the load; at first not, where a busy machine may be why
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from squall.lab.lab import Lab
from squall.lab.left_out import with_followers, without_operations
from squall.lab.warm_up import SLOWEST_RATE, USUAL_RATE
from squall.runner.own_failures import ErrorKind, logged_kinds, own_failures
from squall.runner.result import Run
from squall.runner.taken_items import taken_items
from squall.workload.operations import with_equal_bodies

UNSTEADY = "operations that fail without a fault are left out from here on"
EQUAL = "bodies that differ are refused without a fault; they are equal from here on"
OWN = "it failed by errors that the app has without a fault; these operations are left out"
TAKEN = "the load removes what other requests of it ask for; these are left out from here on"
SLOW = "the app was slow before the fault; with half the load"

LARGEST_PART = 4
"""At most one of this many operations is left out later; if more fail, the app itself does."""

MAX_EXCUSED = 2
"""Times that a busy machine may be why the app was slow. After that its own load is."""


@dataclass(slots=True)
class LighterLoad:
    """What was taken from the load of a lab, and is taken from those that replace it."""

    unsteady: dict[str, str] = field(default_factory=dict)
    equal: set[str] = field(default_factory=set)
    """Operations whose bodies do not differ any more."""
    rate: float = USUAL_RATE
    excused: int = 0
    """Times that the machine was why the app was slow."""
    known: set[ErrorKind] = field(default_factory=set)
    """Errors that the app had without a fault."""

    def apply(self, lab: Lab) -> None:
        """Take the same from a new lab's load."""
        lab.bearable_rate = min(self.rate, lab.bearable_rate)
        self.known |= logged_kinds(lab)
        make_equal(lab, self.equal)
        if self.unsteady:
            leave_out(lab, self.unsteady)

    def lighten(self, lab: Lab, run: Run, *, used: bool) -> str:
        """Take from the load what alone made a run unhealthy before its fault, or fail. Returns
        what was done; empty if nothing. In a ``used`` lab, the outages before may be the cause.
        """
        unsteady = {} if used else run.unsteady_operations
        taken = taken_items(run, lab.profile.operations)
        own = own_failures(run, self.known)
        if taken and leave_out(lab, taken):
            self.unsteady |= taken
            return TAKEN
        if equal := make_equal(lab, {*unsteady, *own}):
            self.equal |= equal
            return EQUAL
        for found, told in ((unsteady, UNSTEADY), (own, OWN)):
            if found and leave_out(lab, found):
                self.unsteady |= found
                return told
        slow = run.slow_before_fault and not used and lab.derived
        return self._slow_down(lab, run) if slow and lab.bearable_rate > SLOWEST_RATE else ""

    def _slow_down(self, lab: Lab, run: Run) -> str:
        if run.machine_was_busy and self.excused < MAX_EXCUSED:
            self.excused += 1
            return ""
        self.rate = lab.bearable_rate = max(SLOWEST_RATE, lab.bearable_rate / 2)
        note = f"load: {self.rate:g} requests/s, since the app was slow at more"
        lab.coverage = dataclasses.replace(lab.coverage, notes=(*lab.coverage.notes, note))
        return SLOW


def make_equal(lab: Lab, names: Collection[str]) -> set[str]:
    """Take back that bodies of these operations differ. Returns those of which they did."""
    before = lab.profile.operations
    operations = with_equal_bodies(before, names)
    if operations == before:
        return set()
    lab.profile = dataclasses.replace(lab.profile, operations=operations)
    return {one.name for one in before if one.plain_bodies and one.name in names}


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
