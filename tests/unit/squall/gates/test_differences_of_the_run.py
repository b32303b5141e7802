"""What only a whole run shows: defaults that all answers share, and who is let in for once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, FaultInjected, RowChanged
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.gates.asked_again import allowed
from squall.history.op import FIRST_AGAIN, Outcome
from squall.history.shape import describe_body, describe_texts

JSON = "application/json"
BEFORE, AFTER = range(20), range(250, 265)


def offer(make: Any, number: int, rate: float, **changes: Any) -> Any:
    """An answer to ``GET /offers``."""
    text = json.dumps({"rate": rate, **changes.pop("more", {})})
    kinds = {"shape": describe_body(text, JSON), "texts": describe_texts(text)}
    return make.op(number, request="GET /offers", content_type=JSON, size=len(text),
                   **kinds, **changes)  # fmt: skip


def judged(evidence: Any, make: Any, rates: list[float], **changes: Any) -> Any:
    after = changes.pop("after", 1.19)
    calm = [offer(make, n, 1.19) for n in BEFORE] + [offer(make, n, after) for n in AFTER]
    ops = [offer(make, 150 + n, rate, **changes) for n, rate in enumerate(rates)]
    return AnswerUnlikeCalm().judge(evidence([*calm, *ops]))


def test_a_number_that_all_share_is_another_one_in_a_part_of_the_outage(
    evidence: Any, make: Any
) -> None:
    found = judged(evidence, make, [1.0, 1.19, 1.0, 1.0])
    assert (found.verdict, found.code, len(found.ops)) == ("fail", "another-value", 3)
    assert judged(evidence, make, [1.0] * 4).code == "another-value", "in all of it"


@pytest.mark.parametrize(
    ("rates", "changes"),
    [
        ([1.0, 1.19, 1.0, 1.0], {"more": {"degraded": True}}),  # it says so
        ([1.0, 1.19, 1.0], {}),  # too few
        ([1.1, 1.2, 1.19, 1.3], {}),  # measured anew each time
        ([1.0, 1.19, 1.0, 1.0], {"copy": True}),
        ([1.0, 1.19, 1.0, 1.0], {"after": 1.0}),  # changed for good
    ],
)
def test_a_number_that_may_change_is_no_default(
    evidence: Any, make: Any, rates: list[float], changes: dict[str, Any]
) -> None:
    found = judged(evidence, make, rates, **changes)
    assert found.code != "another-value", found.reason


def test_a_number_that_describes_the_answer_may_differ(evidence: Any, make: Any) -> None:
    def tried(number: int, attempts: int) -> Any:
        return offer(make, number, 1.19, more={"attempts": attempts})

    calm = [tried(n, 1) for n in (*BEFORE, *AFTER)]
    ops = [tried(150 + n, attempts) for n, attempts in enumerate([2, 1, 2, 2])]
    assert AnswerUnlikeCalm().judge(evidence([*calm, *ops])).verdict == "pass"


def article(make: Any, number: int, item: int, status: int = 200) -> Any:
    """An answer to ``GET /articles/{item}``."""
    text = json.dumps({"id": item, "title": f"title {item}"}) if status == 200 else ""
    return make.op(
        number, request=f"GET /articles/{item}", status=status, content_type=JSON,
        outcome=Outcome.APPLIED if status == 200 else Outcome.REFUSED,
        shape=describe_body(text, JSON), texts=describe_texts(text), size=len(text),
    )  # fmt: skip


def asked(make: Any, number: int, item: int, status: int) -> Any:
    return replace(article(make, 200 + number, item, status), id=FIRST_AGAIN + number)


@pytest.mark.parametrize(
    ("known", "again", "during", "code"),
    [
        (403, 403, 200, "stranger-let-in"),
        (403, None, 200, "stranger-let-in"),
        (None, 403, 200, "stranger-let-in"),
        (403, 200, 200, "holds"),  # it was allowed meanwhile
        (200, 403, 200, "holds"),
        (403, 403, 503, "holds"),
        (None, 503, 200, "holds"),  # nobody knows
        (None, None, 200, "holds"),
    ],
)
def test_what_is_forbidden_without_the_fault_is_not_served_in_it(
    evidence: Any, make: Any, known: int | None, again: int | None, during: int, code: str
) -> None:
    ops = [article(make, n, 10 + n % 4, 403 if n % 4 == 0 else 200) for n in BEFORE]
    ops += [article(make, 30, 7, known)] if known else []
    ops += [asked(make, 1, 7, again)] if again else []
    ops.append(article(make, 150, 7, during))
    assert AnswerUnlikeCalm().judge(evidence(ops)).code == code


def test_reads_that_were_allowed_in_the_outage_alone_are_asked_again(make: Any) -> None:
    known = [article(make, 1, 4, 403), article(make, 2, 5)]
    later = [article(make, 120, 5), article(make, 121, 6), article(make, 122, 7, 403)]
    assert allowed([*known, *later], 1.0) == [later[1]]
    assert allowed([known[1], *later], 1.0) == [], "nothing is forbidden without the fault"


def priced(make: Any, number: int, item: int, gross: int) -> Any:
    """An answer to ``GET /prices/{item}``."""
    text = json.dumps({"id": item, "gross": gross})
    return make.op(number, request=f"GET /prices/{item}", content_type=JSON, size=len(text),
                   shape=describe_body(text, JSON), texts=describe_texts(text))  # fmt: skip


@pytest.mark.parametrize(
    ("later", "effect", "changed", "code"),
    [
        ([101, 102, 103, 104], "ends", None, "another-value"),  # without its tax
        ([101, 102, 103, 119], "ends", None, "holds"),  # one item is as before
        ([101, 102, 103, 104], "cuts", None, "holds"),  # the process is the same
        ([101, 102, 103, 104], "ends", "2", "another-value"),  # three others are enough
        ([101, 102, 103, 104], "ends", None, "holds"),  # the log was not read
    ],
    ids=["made up", "one is as before", "no restart", "one row changed", "no log"],
)
def test_numbers_are_not_made_up_by_a_start(
    evidence: Any,
    make: Any,
    request: pytest.FixtureRequest,
    later: list[int],
    effect: str,
    changed: str | None,
    code: str,
) -> None:
    ops = [priced(make, n, n % 4, 116 + n % 4) for n in BEFORE]
    ops += [priced(make, n, n % 4, later[n % 4]) for n in AFTER]
    happened = [
        replace(event, effect=effect) if isinstance(event, FaultInjected) else event
        for event in make.outage()
    ]
    if changed:
        happened.append(RowChanged(at=1.5, table="price", ids={"id": changed}, values={}))
    if "no log" not in request.node.name:
        happened.append(CommitsRead(at=9.0, transactions=1))
    assert AnswerUnlikeCalm().judge(evidence(ops, happened)).code == code
