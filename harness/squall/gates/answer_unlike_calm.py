"""No false success: an answer in the outage is like the answers without it, or it is an error.

    before   GET /items ──▶ 200 [{…}, {…}, {…}]
    during   GET /items ──▶ 200 []                  false: the client believes that there is nothing
    during   GET /items ──▶ 503                     correct
    during   GET /items ──▶ 200 [{…}, {…}, {…}]     correct, whether fresh or a copy

A refusal that blames the client (404 for an existing row, 401 for a valid token) is false, too. No
declaration is needed: :mod:`squall.gates.calm_answers` describes what is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from squall.gates.blamed_clients import (
    BAD_REQUEST,
    CONFLICT,
    blamed_for_once,
    blamed_writers,
    blaming_statuses,
    is_unreachable,
    newly_forbidden,
    strangers_let_in,
)
from squall.gates.calm_answers import LEAST_ANSWERS, CalmAnswers, learn_calm_answers
from squall.gates.calm_operation import (
    CalmOperation,
    echoes,
    is_empty,
    is_identity,
    is_nothing,
    media_type,
)
from squall.gates.differences_of_the_run import (
    ANOTHER_VALUE,
    LET_IN,
    differences_of_the_run,
    unmarked,
)
from squall.gates.findings import failed, passed
from squall.gates.missing_for_once import missing_for_once
from squall.gates.odd_sizes import repeated_lines, shorter_text
from squall.gates.parts_of_pages import parts_of_pages
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import ACCEPTED, Op
from squall.history.shape import Shape, read_shape
from squall.history.stream_shape import STREAM

BLAMED = "client-blamed"
ANOTHER_TYPE = "another-media-type"
NOT_JSON = "broken-json"
EMPTIED = "answer-emptied"
SHORTENED = "list-shortened"
REPEATED = "rows-repeated"
FIELDS_MISSING = "fields-missing"
ANOTHER_KIND = "fields-of-another-kind"
ANOTHER_ITEM = "another-item"

LEAST_OTHERS = 3
TOGETHER = 2
"""Number of fields that must become empty together; one alone may be an item without the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerUnlikeCalm(Gate):
    """From the first fault on, an answer is like those before it, or it is an error."""

    least_answers: int = LEAST_ANSWERS
    """Minimum answers of an operation before the fault from which its usual answer is learned."""

    no_conflicts: bool = False
    """Whether a write that gets 409 in the outage only is blamed for it: where nothing but the
    server is slow or full, or a lock is held, no client has a conflict.
    """
    copies_marked: bool = False
    """Whether a copy must say so: Age, Warning, Cache-Status or a field of its own."""

    name = "answer-unlike-calm"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the most frequent difference."""
        again = [op for op in evidence.ops if op.asked_again]
        compared = [*evidence.window("during"), *evidence.window("after"), *again]
        found = self._found(evidence, compared)
        figures = {"compared": len(compared), "unlike": len({op.id for op, _ in found})}
        if let_in := strangers_let_in(evidence):
            reason = (
                f"{let_in} reads that need other rights were answered with success, none in calm"
            )
            return failed(self.name, reason, figures | {"let_in": let_in}, code=LET_IN)
        if not found:
            return passed(self.name, f"{len(compared)} answers compared with calm", figures)
        counts = Counter(what for _, what in found)
        reason = "; ".join(f"{count} x {words}" for (_, words), count in counts.most_common(3))
        by_code: Counter[str] = Counter()
        for (code, _), count in counts.items():
            by_code[code] += count
        figures |= {code.replace("-", "_"): count for code, count in by_code.items()}
        code = by_code.most_common(1)[0][0]
        return failed(self.name, reason, figures, [op for op, _ in found], code=code)

    def _found(self, evidence: Evidence, compared: list[Op]) -> list[tuple[Op, tuple[str, str]]]:
        """All differences, each as code and text."""
        calm = learn_calm_answers(evidence, self.least_answers)
        away = is_unreachable(evidence)
        found = [(op, what) for op in compared for what in self._differences(op, calm, away=away)]
        found += self._blamed(evidence, calm, compared, away=away)
        known = {op.id for op, _ in found}
        found += [
            (op, (BLAMED, f"{op.name}: status {op.status} for what was there before or after it"))
            for op in missing_for_once(evidence)
            if op.id not in known
        ]
        found += differences_of_the_run(evidence, calm)
        if self.copies_marked:
            found += unmarked(evidence, calm)
        return found

    def _blamed(
        self, evidence: Evidence, calm: CalmAnswers, compared: list[Op], *, away: bool
    ) -> Iterator[tuple[Op, tuple[str, str]]]:
        """Refusals that no status of their operation alone shows to be wrong."""
        statuses = () if away else (BAD_REQUEST, CONFLICT) if self.no_conflicts else (BAD_REQUEST,)
        for status in statuses:
            text = f"status {status}, which it never had without the fault"
            for op in blamed_writers(compared, calm, self.least_answers, status):
                yield op, (BLAMED, f"{op.name}: {text}")
        for op in newly_forbidden(compared, calm, self.least_answers):
            text = f"status {op.status}, which no request had before the fault"
            yield op, (BLAMED, f"{op.name}: {text}")
        for op in blamed_for_once(evidence, calm, self.least_answers, away=away):
            text = f"status {op.status}, which it had in the outage only"
            yield op, (BLAMED, f"{op.name}: {text}")

    def _differences(self, op: Op, calm: CalmAnswers, *, away: bool) -> Iterator[tuple[str, str]]:
        """The first difference, as code and text. ``away``: see :func:`is_unreachable`."""
        known = calm.operations.get(op.name)
        if op.status is None or known is None or not known.media:
            return  # no successful answer before: nothing is known of it
        if op.status in blaming_statuses(op, away=away):
            often = known.answers >= self.least_answers and not known.rare
            if often and op.status not in known.statuses and not calm.may_be_gone(op):
                yield BLAMED, f"{op.name}: status {op.status}, which it never had before the fault"
        elif op.good and not (op.status == ACCEPTED and op.status not in known.statuses):
            yield from self._first(self._lies(op, known, calm))

    @staticmethod
    def _first(found: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        yield from list(found)[:1]

    def _lies(self, op: Op, known: CalmOperation, calm: CalmAnswers) -> Iterator[tuple[str, str]]:
        if media_type(op) not in known.media:
            was = " or ".join(sorted(known.media)) or "nothing"
            yield ANOTHER_TYPE, f"{op.name}: {media_type(op) or 'no body'}, before {was}"
            return
        other = sorted(op.changed_fields - known.changed)
        if other and known.answers >= self.least_answers and not calm.rivals.has_one(op):
            shown = ", ".join(other[:3])
            yield ANOTHER_VALUE, f"{op.name}: another value of {shown} than was sent"
            return
        shape = read_shape(op.shape)
        if not shape or (shape[""] == "malformed" and known.has_broken_json):
            yield from ((SHORTENED, told) for told in shorter_text(op, calm))  # not JSON, or too
            yield from ((REPEATED, told) for told in repeated_lines(op, calm))  # long
            return
        if shape[""] == "malformed":
            yield NOT_JSON, f"{op.name}: a body that is no JSON, called {media_type(op)}"
            return
        if op.effect == "read" and not calm.rivals.changed(op):
            yield from _unlike_same_request(op, shape, calm)
            yield from ((SHORTENED, told) for told in parts_of_pages(op, shape, known, calm))
            if made_up := calm.texts.made_up(op):
                shown = ", ".join(made_up[:3])
                yield ANOTHER_VALUE, f"{op.name}: another {shown} than without the fault"
        if len(known.shapes) >= self.least_answers:
            yield from _unlike_operation(op, shape, known)


def _unlike_same_request(op: Op, shape: Shape, calm: CalmAnswers) -> Iterator[tuple[str, str]]:
    """Compare with the answers to the same request on both sides of the outage."""
    others = calm.same_request(op)
    if not others:
        return
    for place, kind in shape.items():
        were = [other.get(place) for other in others]
        shown = "the stream" if shape[""] == STREAM else place or "the answer"
        lengths = [was for was in were if isinstance(was, int)]
        if isinstance(kind, int) and kind >= min(lengths, default=0) - _largest_fall(lengths):
            continue
        if is_nothing(place, kind) and not any(
            was is None or is_nothing(place, was) for was in were
        ):
            yield EMPTIED, f"{op.name}: {shown} is empty, and is not without the fault"
        if isinstance(kind, int) and len(lengths) == len(were) and kind:
            fewer = f"has {kind} entries, without the fault {min(lengths)}"
            yield SHORTENED, f"{op.name}: {shown} {fewer}"
    yield from _another_item(op, shape, others, calm)


def _another_item(
    op: Op, shape: Shape, others: Sequence[Shape], calm: CalmAnswers
) -> Iterator[tuple[str, str]]:
    """The answer shows another row than all answers to the same request."""
    for place, own in shape.items():
        if place != ".id" and (calm.removals or len(others) < LEAST_OTHERS):
            continue  # another row may be the first one, or it was alike by chance
        ids = {other.get(place) for other in others}
        if is_identity(own) and len(ids) == 1 and is_identity(*ids) and own not in ids:
            yield ANOTHER_ITEM, f"{op.name}: another item than without the fault ({place})"
            return


def _largest_fall(lengths: Sequence[int]) -> int:
    """How many entries a list lost at once without a fault: other operations take some away."""
    falls = (was - now for was, now in pairwise(lengths))
    return max(0, *falls) if len(lengths) > 1 else 0


def _unlike_operation(op: Op, shape: Shape, known: CalmOperation) -> Iterator[tuple[str, str]]:
    """Compare with what all answers of the operation had in common before the fault."""
    if is_empty(shape[""]) and known.always_full and known.tops == {str}:
        yield EMPTIED, f"{op.name}: the answer is empty, and never was before the fault"
        return
    missing = sorted(known.required - set(shape))
    if missing:
        yield FIELDS_MISSING, f"{op.name}: without {', '.join(missing[:3])}"
    if changed := known.of_another_kind(shape):
        yield ANOTHER_KIND, f"{op.name}: {', '.join(changed[:3])} of another kind than before"
    empty = sorted(place for place in known.never_empty if is_empty(shape.get(place)))
    if len(empty) >= TOGETHER:
        yield EMPTIED, f"{op.name}: {', '.join(empty[:3])} are empty, and never were before"
    if known.echoes and not echoes(op.request, shape):
        yield ANOTHER_ITEM, f"{op.name}: another item than the one that was requested"
