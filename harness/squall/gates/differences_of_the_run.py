"""Differences from calm that no answer shows alone: they follow from the answers of a whole run."""

from __future__ import annotations

from collections.abc import Iterator

from squall.gates.blamed_clients import let_in_for_once
from squall.gates.calm_answers import CalmAnswers
from squall.gates.found_invalid import found_invalid
from squall.gates.mixed_moments import mixed_moments
from squall.gates.mixed_versions import mixed_versions
from squall.gates.numbers_of_writes import unlike_the_row, unlike_the_same_request
from squall.gates.row_log import untouched
from squall.gates.shown_and_refused import shown_and_refused
from squall.gates.shown_and_undone import shown_and_undone
from squall.gates.unmarked_copies import too_young_copies, unmarked_copies
from squall.history.evidence import Evidence
from squall.history.op import Op

ANOTHER_VALUE = "another-value"
LET_IN = "stranger-let-in"
UNMARKED = "copy-without-a-mark"
TOO_YOUNG = "copy-older-than-its-age"
ANOTHER_NUMBER = "write-tells-another-number"
NOT_IN_ROW = "tells-what-is-not-stored"
NEVER_STORED = "shows-what-was-refused"
INVALID = "found-invalid"
MIXED = "versions-mixed"

Difference = tuple[Op, tuple[str, str]]
"""An answer, with the code of its difference and what is told of it."""


def differences_of_the_run(evidence: Evidence, calm: CalmAnswers) -> Iterator[Difference]:
    """Defaults, what was never stored, and what only some may read."""
    during, unchanged = evidence.window("during"), untouched(evidence)
    for op, field in calm.texts.defaults(during, unchanged):
        yield op, (ANOTHER_VALUE, f"{op.name}: the same {field} for different requests")
    unmarked_ones = [op for op in during if not calm.has_new_field(op)]
    for op, field in calm.texts.shared_defaults(unmarked_ones):
        text = f"another {field}, which is the same in all answers without the fault"
        yield op, (ANOTHER_VALUE, f"{op.name}: {text}")
    if calm.restarts:
        again = [op for op in evidence.ops if op.asked_again]
        later = [*evidence.window("after"), *again]
        for op, field in calm.texts.changed_for_good(later, unchanged):
            text = (
                "is another one for each request since the app was started, and no row was changed"
            )
            yield op, (ANOTHER_VALUE, f"{op.name}: {field} {text}")
    yield from _never_there(evidence)
    yield from _numbers_of_writes(evidence, calm)
    for op in found_invalid(evidence):
        text = f"status {op.status}, and done when another client asked for the same"
        yield op, (INVALID, f"{op.name}: {text}")
    for op in let_in_for_once(evidence):
        text = "served in the outage, and forbidden without the fault"
        yield op, (LET_IN, f"{op.name}: {text}")


def _never_there(evidence: Evidence) -> Iterator[Difference]:
    """What no transaction has stored, or not together."""
    for op, name in shown_and_refused(evidence):
        yield op, (NEVER_STORED, f"{op.name}: shows a refused {name} that was never committed")
    for op, name in shown_and_undone(evidence):
        text = f"shows a value of a refused {name} that was never committed"
        yield op, (NEVER_STORED, f"{op.name}: {text}")
    mixed = {op.id: op for op in (*mixed_versions(evidence.ops), *mixed_moments(evidence))}
    for op in mixed.values():
        yield op, (MIXED, f"{op.name}: parts of two versions, which no write left together")


def _numbers_of_writes(evidence: Evidence, calm: CalmAnswers) -> Iterator[Difference]:
    not_in_row = unlike_the_row(evidence)
    for op, name in unlike_the_same_request(evidence):
        if not calm.has_new_field(op) and (op, name) not in not_in_row:
            text = f"another {name} than for the same request without the fault"
            yield op, (ANOTHER_NUMBER, f"{op.name}: {text}")
    for op, name in not_in_row:
        yield op, (NOT_IN_ROW, f"{op.name}: tells a {name} that its row never had")


def unmarked(evidence: Evidence, calm: CalmAnswers) -> Iterator[Difference]:
    """Copies that do not say so, or that say they are newer than they are."""
    for op in unmarked_copies(evidence, calm):
        text = "a copy without a mark, while nothing reached the database"
        yield op, (UNMARKED, f"{op.name}: {text}")
    for op in too_young_copies(evidence):
        yield op, (TOO_YOUNG, f"{op.name}: a copy that is older than its Age says")
