"""Judge one cell: a pure function from observations to problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from squall.gates.error_contract import ErrorContract
from squall.history.evidence import Contract, Evidence
from squall.history.op import Outcome
from squall.sweeping.cells import Cell
from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.effects import EffectKind
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.sweep_result import CellFailure, Problem
from squall.sweeping.tap import Statement

SLACK = 0.25
"""Tolerance beyond the deadline in seconds, for the machine."""

MAX_STATEMENTS_FACTOR = 12
"""Maximum statements of a failing operation, as a multiple of those without a fault."""

TEMPORARY = frozenset({408, 409, 423, 425, 429})
"""4xx statuses that do not blame the request permanently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The observations of one cell."""

    cell: Cell
    profile: StatementProfile
    answer: ReceivedAnswer
    hung_up: bool = False
    at_answer: EffectKind = EffectKind.UNKNOWN
    """The effect at the time of the answer; read only if the answer may be too early."""
    effect: EffectKind = EffectKind.UNKNOWN
    again: ReceivedAnswer | None = None
    """The same request after the fault is healed."""
    calm: ReceivedAnswer | None = None
    """The same read after the heal, if its answer had another form than those without a fault."""
    total: EffectKind = EffectKind.UNKNOWN
    """The effect of both."""
    sent: Sequence[Statement] = ()
    """Statements until the heal."""
    startups: int = 0
    left_open: str = ""
    """States of sessions that did not become idle."""
    settings: frozenset[str] = frozenset()
    """Settings that stay on a session now, and that no fault-free request left there."""
    log: Sequence[str] = ()


def judge_cell(seen: Seen, contract: Contract) -> list[Problem]:
    """All problems, in no particular order."""
    problems = list(_answer(seen, contract))
    problems += _effect(seen)
    problems += _again(seen)
    problems += _cost(seen)
    if seen.left_open:
        problems.append(
            Problem(CellFailure.LEFT_OPEN, f"after the heal a session is {seen.left_open}")
        )
    if seen.settings:
        names = ", ".join(sorted(seen.settings))
        problems.append(Problem(CellFailure.SETTING, f"{names} stays changed on a pooled session"))
    problems += [Problem(CellFailure.LOG, f"log: {line}") for line in seen.log[:1]]
    return problems


def undocumented(answer: ReceivedAnswer, contract: Contract) -> str:
    """Why an answer violates the error contract; empty if it does not."""
    evidence = Evidence(ops=[answer.as_op()], events=[], final_state=None, contract=contract)
    finding = ErrorContract().judge(evidence)
    if not finding.verdict.is_bad:
        return "" if answer.error != "refused" else "nobody listens at the app's address"
    return finding.reason.removeprefix("1 x ")


def _answer(seen: Seen, contract: Contract) -> Iterator[Problem]:
    answer = seen.answer
    if seen.hung_up:
        return
    limit = contract.deadline_seconds + SLACK
    if answer.error == "timeout" or answer.seconds > limit:
        took = f"answered after {answer.seconds:.2f} s" if answer.status else "no answer"
        yield Problem(CellFailure.LATE, f"{took}; the deadline is {contract.deadline_seconds:g} s")
    if answer.good:
        if has_another_form(answer, _known(seen)):
            yield Problem(CellFailure.WRONG, f"status {answer.status} with a body of another form")
        return
    breach = undocumented(answer, contract)
    if breach:
        yield Problem(CellFailure.UNDOCUMENTED, breach)
    elif answer.status is not None and _blames_the_request(answer.status):
        yield Problem(
            CellFailure.WRONG,
            f"status {answer.status} blames the request for the database's failure",
        )


def _blames_the_request(status: int) -> bool:
    client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return client_error and status not in TEMPORARY


def _effect(seen: Seen) -> Iterator[Problem]:
    if not seen.profile.writes or seen.effect is EffectKind.UNKNOWN:
        return
    outcome = Outcome.UNKNOWN if seen.hung_up else seen.answer.outcome
    said = f"answered {seen.answer.status}" if seen.answer.status else "not answered"
    match seen.effect:
        case EffectKind.HALF:
            yield Problem(CellFailure.PARTIAL, f"{said}, and only some of its rows are there")
        case EffectKind.TWICE:
            yield Problem(CellFailure.TWICE, f"{said}, and its rows are there more than once")
        case EffectKind.OTHER:
            yield Problem(
                CellFailure.PARTIAL, f"{said}, and other rows changed than without a fault"
            )
        case EffectKind.NOTHING if outcome is Outcome.APPLIED:
            yield Problem(CellFailure.LOST, f"{said}, and nothing was committed")
        case EffectKind.ONCE if outcome is Outcome.REFUSED:
            yield Problem(
                CellFailure.APPLIED, f"{said}, which promises that nothing happened; it did"
            )
    early = outcome is Outcome.APPLIED and seen.at_answer is EffectKind.NOTHING
    if early and seen.effect is EffectKind.ONCE:
        yield Problem(CellFailure.EARLY, f"{said} before the effect was committed")


def _again(seen: Seen) -> Iterator[Problem]:
    again = seen.again
    if again is None:
        return
    if not again.good:
        told = again.status or again.error
        yield Problem(CellFailure.KEY, f"the same key again, without a fault, is answered {told}")
        return
    if seen.total is EffectKind.TWICE:
        yield Problem(CellFailure.TWICE, "the same key again has a second effect")
    elif seen.total in (EffectKind.NOTHING, EffectKind.HALF):
        yield Problem(
            CellFailure.LOST, "the same key again is acknowledged, and the rows are missing"
        )
    if seen.answer.good and seen.answer.value != again.value:
        yield Problem(CellFailure.WRONG, "the same key again gets another answer")


def _cost(seen: Seen) -> Iterator[Problem]:
    most = MAX_STATEMENTS_FACTOR * (len(seen.profile.steps) + 1)
    if len(seen.sent) > most:
        yield Problem(
            CellFailure.STORM, f"{len(seen.sent)} statements for one request, limit {most}"
        )
    if seen.startups > most:
        yield Problem(CellFailure.STORM, f"{seen.startups} logins for one request, limit {most}")


def _known(seen: Seen) -> Sequence[ReceivedAnswer]:
    """Fault-free answers of the operation, and that to the same request."""
    if seen.calm is None or not seen.calm.good:
        return seen.profile.answers
    return (*seen.profile.answers, seen.calm)


def has_another_form(answer: ReceivedAnswer, known: Sequence[ReceivedAnswer]) -> bool:
    """Whether a success has none of the forms of the fault-free ones. Plain text is not compared.

    A list that is empty is another form in the answer to a read, which can be sent again. A write
    may have met another row than those before it.
    """
    if any(one.value is None for one in known):
        return False
    strict = answer.request.operation.effect == "read"
    found = _form(answer.value)
    return not any(_fits(found, _form(one.value), strict=strict) for one in known)


def _form(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _form(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_form(value[0])] if value else []
    return "null" if value is None else "value"


def _fits(found: Any, known: Any, *, strict: bool) -> bool:  # noqa: ANN401 - JSON
    if isinstance(found, dict) and isinstance(known, dict):
        same = found.keys() == known.keys()
        return same and all(_fits(found[key], known[key], strict=strict) for key in found)
    if isinstance(found, list) and isinstance(known, list):
        if bool(found) != bool(known):
            return not strict
        return all(_fits(a, b, strict=strict) for a, b in zip(found, known, strict=False))
    return not isinstance(found, dict | list) and not isinstance(known, dict | list)
