"""The answers of each operation without a fault, learned from the run itself.

    before          │ during          │ after
    learned from it │ compared        │ compared; confirms what is learned of the same request

Two things are learned: about the *operation* (statuses, media types, fields that always occur), and
about the *same request* (lengths of lists, fields that are never empty, the item's identity). What
differs between requests of one operation is judged by the second kind only. Of an operation with
few answers before the fault, those before the load and those after the heal are learned, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from squall.core.events import FaultInjected
from squall.gates.calm_operation import CalmOperation
from squall.gates.removals import Removals
from squall.gates.rival_writes import RivalWrites
from squall.gates.texts_of_reads import TextsOfReads
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import Shape, read_shape

PROCESS_ENDS = frozenset({"ends"})
GONE = frozenset({404, 410})
LEAST_ANSWERS = 10
"""Minimum answers of an operation before the fault from which its usual answer is learned."""


@dataclass(frozen=True, slots=True)
class CalmAnswers:
    """Everything learned of an app without a fault."""

    operations: dict[str, CalmOperation]
    before: dict[str, list[Shape]]
    """Successful answers to each request before the fault, by method and path."""
    after: dict[str, list[Shape]]
    """The same after the heal, with those that were asked again."""
    texts: TextsOfReads
    """Texts of the answers to reads, on both sides of the outage."""
    later: dict[str, set[int]]
    """Statuses of each operation after the heal."""
    sizes: tuple[dict[str, list[int]], dict[str, list[int]]]
    """Sizes of successful answers to reads, by method and path: before the fault, after the heal.
    """
    removals: Removals
    """What requests of the load delete, so that an item may be missing for good reason."""
    rivals: RivalWrites
    """Writes to one item at the same time."""
    restarts: bool
    """Whether a fault ends the app, so that what it keeps in memory is lost."""

    def same_request(self, op: Op) -> Sequence[Shape]:
        """Answers to the same request on both sides of the outage; empty unless both exist."""
        before, after = self.before.get(op.request, []), self.after.get(op.request, [])
        return [*before, *after] if before and after else []

    def has_new_field(self, op: Op) -> bool:
        """Whether an answer has a field that those before the fault did not have, such as
        ``"degraded": true``; also if nothing is known of them.
        """
        known = self.operations.get(op.name)
        shapes = known.shapes[: known.early] if known else []
        places = {place for _, shape in shapes for place in shape}
        return not places or not places.issuperset(read_shape(op.shape))

    def may_be_gone(self, op: Op) -> bool:
        """Whether a 404 or 410 may be right: it was deleted, or this one's write was unsure."""
        return op.status in GONE and (op.is_read_back or self.removals.may_concern(op))

    def same_sizes(self, op: Op) -> Sequence[int]:
        """Sizes of answers to the same request, as :meth:`same_request`."""
        before, after = (sizes.get(op.request, []) for sizes in self.sizes)
        return [*before, *after] if before and after else []


def learn_calm_answers(evidence: Evidence, least_answers: int = LEAST_ANSWERS) -> CalmAnswers:
    """Learn from the answers before the first fault, and per request from those after the heal.

    ``least_answers``: an operation with fewer before the fault is rare.
    """
    before, after = evidence.window("before"), evidence.window("after")
    again = [op for op in evidence.ops if op.asked_again]
    return CalmAnswers(
        operations=_operations(evidence, [*after, *again], least_answers),
        before=_by_request(before),
        after=_by_request([*after, *again]),
        texts=TextsOfReads(before, [*after, *again]),
        later=_statuses(after),
        sizes=(_sizes(before), _sizes(after)),
        rivals=RivalWrites(evidence.ops),
        restarts=any(
            isinstance(e, FaultInjected) and e.effect in PROCESS_ENDS for e in evidence.events
        ),
        removals=Removals(evidence),
    )


def _operations(
    evidence: Evidence, later: Iterable[Op], least_answers: int
) -> dict[str, CalmOperation]:
    operations: defaultdict[str, CalmOperation] = defaultdict(CalmOperation)
    for op in evidence.window("before"):
        operations[op.name].add(op)
    early = [*evidence.calm.ops, *evidence.calm.reads]
    for name in {op.name for op in early}:
        operations[name].rare = operations[name].answers < least_answers
    for op in early:
        if operations[op.name].rare:
            operations[op.name].add(op)
    for op in later:
        if op.name in operations and operations[op.name].rare:
            operations[op.name].add_later(op)
    return dict(operations)


def _statuses(ops: Iterable[Op]) -> dict[str, set[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for op in ops:
        if op.status is not None:
            found[op.name].add(op.status)
    return dict(found)


def _sizes(ops: Iterable[Op]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for op in ops:
        if op.good and op.effect == "read":
            found[op.request].append(op.size)
    return dict(found)


def _by_request(ops: Iterable[Op]) -> dict[str, list[Shape]]:
    found: defaultdict[str, list[Shape]] = defaultdict(list)
    for op in ops:
        if op.good and op.shape and op.effect == "read":
            found[op.request].append(read_shape(op.shape))
    return dict(found)
