"""A request has its effect once and completely: no second row, no missing row.

The new rows that a request creates before it is answered are learned before the fault, from rows
with the request's key. No declaration is needed; see :mod:`squall.gates.committed_rows`.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.counting import counted
from squall.gates.committed_rows import CommittedRows, read_rows
from squall.gates.counted_effects import miscounted
from squall.gates.emptied_by_refused import emptied_by_refused
from squall.gates.findings import failed, listed, not_judged, passed
from squall.gates.given_twice import given_twice
from squall.gates.half_counted import half_counted
from squall.gates.keys_upstream import new_keys_upstream
from squall.gates.odd_families import odd_families, writers_of
from squall.gates.orphaned_rows import orphaned_rows
from squall.gates.parted_batches import parted_batches
from squall.gates.renamed_writes import renamed_writes
from squall.gates.usual_rows import learn_usual_rows, new_rows
from squall.gates.verdict import Finding, Gate, Severity
from squall.gates.written_again import written_again
from squall.gates.written_over import written_over
from squall.history.evidence import Evidence

TWICE = "effect-twice"
HALF = "effect-half"
AGAIN = "work-done-again"
"""What a worker does after the answer was done twice."""
COUNTED_TWICE = "counted-twice"
COUNTED_LESS = "counted-less"
"""A number moved by more, or by less, than the requests say that count in it."""
ORPHANED = "rows-without-their-parent"
EMPTIED = "replaced-by-nothing"
"""The old rows are gone, and the new ones were never made."""
GIVEN_TWICE = "number-given-twice"
"""Of those that count rows."""
UPSTREAM = "upstream-effect-twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEffect(Gate):
    """No request makes more new rows than one without a fault, or only some of them."""

    name = "one-effect"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the requests that took effect twice or in part."""
        return self._upstream(evidence) or self._in_the_database(evidence)

    def _upstream(self, evidence: Evidence) -> Finding | None:
        """The failure of an app whose repeats are new requests for somebody else."""
        renamed = renamed_writes(evidence)
        if renamed is not None:
            reason = (
                f"{renamed.again} of {renamed.in_doubt} writes that {renamed.upstream} may have"
                " done were sent again at once, with the same body and another idempotency key"
            )
            figures = {"in_doubt": float(renamed.in_doubt), "again": float(renamed.again)}
            return failed(self.name, reason, figures, code=UPSTREAM)
        new = new_keys_upstream(evidence)
        if new is None:
            return None
        reason = (
            f"{new.upstream} got {new.keys} idempotency keys for {new.requests} requests of"
            f" {listed(new.operations)} since the fault, and one for each before it"
        )
        return failed(self.name, reason, {"keys": float(new.keys)}, code=UPSTREAM)

    def _in_the_database(self, evidence: Evidence) -> Finding:
        rows = read_rows(evidence)
        if rows is None:
            return not_judged(self.name, "the server's log of changes was not read")
        usual = learn_usual_rows(evidence, rows)
        writes = [op for op in evidence.ops if op.name in usual and op.key in rows.by_key]
        made = {op.id: new_rows(rows, op) for op in writes}
        twice = [op for op in writes if usual[op.name].is_more(made[op.id])]
        half = [op for op in writes if usual[op.name].is_part(made[op.id])]
        figures: dict[str, float] = {
            "requests": len(writes),
            "twice": len(twice),
            "half": len(half),
        }
        if twice:
            keys = listed([str(op.key) for op in twice])
            reason = f"{len(twice)} requests made their new rows more than once: {keys}"
            return failed(self.name, reason, figures, twice, code=TWICE)
        if half:
            keys = listed([str(op.key) for op in half])
            reason = f"{len(half)} requests made only a part of their new rows: {keys}"
            return failed(self.name, reason, figures, half, code=HALF)
        return self._by_families(evidence, rows, figures)

    def _by_families(
        self, evidence: Evidence, rows: CommittedRows, figures: dict[str, float]
    ) -> Finding:
        """The same for rows that refer to each other, whose requests need no key in them."""
        odd = odd_families(evidence, rows)
        figures |= {"families": odd.judged}
        if odd.twice:
            family, usual = odd.twice[0]
            number = len(family.commits[usual.column])
            reason = (
                f"{counted(len(odd.twice), 'new rows')} of {usual.parent} have too many rows that"
                f" say the same: {number} in {usual.column}, and {usual.number} without the fault"
            )
            made = writers_of(evidence, odd.twice)
            code = TWICE if usual.at_once else AGAIN
            return failed(self.name, reason, figures, made, code=code)
        if odd.half:
            family, usual = odd.half[0]
            number = len(family.commits.get(usual.column, ()))
            reason = (
                f"{counted(len(odd.half), 'new rows')} of {usual.parent} by {usual.operation} have"
                f" only a part of what belongs to them: {number} in {usual.column}, and"
                f" {usual.number} without the fault"
            )
            made = writers_of(evidence, odd.half)
            return failed(self.name, reason, figures, made, code=HALF)
        return self._alone(evidence, figures) or self._by_contents(evidence, rows, figures)

    def _alone(self, evidence: Evidence, figures: dict[str, float]) -> Finding | None:
        """What single rows and numbers show, without the others of their request."""
        return (
            self._orphaned(evidence, figures)
            or self._emptied(evidence, figures)
            or self._given_twice(evidence, figures)
            or self._written_over(evidence, figures)
            or self._half_counted(evidence, figures)
        )

    def _orphaned(self, evidence: Evidence, figures: dict[str, float]) -> Finding | None:
        """Rows that were committed without what they belong to."""
        for one in orphaned_rows(evidence):
            number = len(one.commits)
            reason = (
                f"{counted(number, 'new rows')} of {one.column} belong to a row of {one.parent}"
                " that was never committed"
            )
            return failed(self.name, reason, figures | {"orphans": number}, code=ORPHANED)
        return None

    def _emptied(self, evidence: Evidence, figures: dict[str, float]) -> Finding | None:
        """Rows that were taken away by an update that was refused, and not replaced."""
        found = emptied_by_refused(evidence)
        if not found:
            return None
        reason = (
            f"{counted(len(found), 'refused updates')} took the rows of {found[0][1].column} away,"
            f" and put none in their place: {listed([op.request for op, _ in found])}"
        )
        figures |= {"emptied": len(found)}
        return failed(self.name, reason, figures, [op for op, _ in found], code=EMPTIED)

    def _written_over(self, evidence: Evidence, figures: dict[str, float]) -> Finding | None:
        """Numbers that do not count all new rows."""
        over = written_over(evidence)
        if over is None:
            return None
        reason = (
            f"{counted(over.stale_since, 'new rows')} of {over.made} are not counted in"
            f" {over.column}: their transactions wrote over what another one had stored meanwhile"
        )
        figures |= {"written_over": over.stale_since}
        return failed(self.name, reason, figures, code=COUNTED_LESS)

    def _half_counted(self, evidence: Evidence, figures: dict[str, float]) -> Finding | None:
        """Numbers that do not agree with their rows, because of requests that failed."""
        half = half_counted(evidence)
        if half is None:
            return None
        reason = (
            f"{counted(len(half.ops), 'failed requests')} left half of the work: {half.column} does"
            f" not agree with the rows of {half.made}: {listed([op.request for op in half.ops])}"
        )
        figures |= {"half": len(half.ops)}
        return failed(self.name, reason, figures, half.ops, code=HALF)

    def _given_twice(self, evidence: Evidence, figures: dict[str, float]) -> Finding | None:
        """Numbers that count rows, and that several of them have."""
        for one in given_twice(evidence):
            reason = (
                f"{counted(one.numbers, 'numbers')} of {one.column} were given to more than one of"
                f" {one.rows} new rows, and hardly any before the fault"
            )
            return failed(self.name, reason, figures | {"given": one.numbers}, code=GIVEN_TWICE)
        return None

    def _by_contents(
        self, evidence: Evidence, rows: CommittedRows, figures: dict[str, float]
    ) -> Finding:
        """The same for rows that nothing names but the answer: by what they say."""
        again = written_again(evidence, rows)
        if again:
            reason = (
                f"{counted(len(again), 'new row')} of {again[0].table} that no answer names, each"
                " alike to that of a request which was under way"
            )
            made = [one.op for one in again]
            return failed(self.name, reason, figures, made, code=TWICE)
        return self._by_counts(evidence, figures)

    def _by_counts(self, evidence: Evidence, figures: dict[str, float]) -> Finding:
        """The same for numbers that requests count, in rows that their paths name."""
        wrong = miscounted(evidence)
        if wrong:
            first = next((one for one in wrong if one.is_more), wrong[0])
            reason = (
                f"{counted(len(wrong), 'rows')} of {first.column} moved by another amount than"
                f" their requests say: {first.moved:g}, acknowledged {first.least:g}"
            )
            if first.most != first.least:
                reason += f", and {first.most:g} with those whose outcome is open"
            figures |= {"miscounted": len(wrong)}
            code = COUNTED_TWICE if first.is_more else COUNTED_LESS
            return failed(self.name, reason, figures, first.ops, code=code)
        parted = parted_batches(evidence)
        if parted:
            op, batch = parted[0]
            reason = (
                f"{counted(len(parted), 'requests')} stored a part of what they sent only:"
                f" {op.request} {batch.stored} of {batch.items}"
            )
            return failed(self.name, reason, figures, [op for op, _ in parted], code=HALF)
        told = f"{int(figures['requests'])} requests had their effect once"
        return passed(self.name, told, figures)
