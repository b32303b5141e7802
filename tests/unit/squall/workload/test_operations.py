"""Operations: what a seed makes of declared requests, and what an answer lets a caller believe."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall.history.op import Outcome
from squall.workload.operations import (
    DEFAULT_REFUSED,
    Operation,
    PlannedRequest,
    from_dict,
    outcome_of,
    requests,
    to_dict,
)
from squall.workload.plan import LoadPlan

READ = Operation(name="read-item", method="GET", path="/items/{int:1..3}", effect="read", weight=3)
ORDER = Operation(
    name="place-order",
    method="POST",
    path="/orders",
    effect="idempotent-write",
    body={"item_id": "{int:1..100}", "note": "for {key}, {int:7..7} times", "tags": ["{key}", 1]},
    headers={"Idempotency-Key": "{key}", "X-Draw": "{int:5..5}"},
)


def first(count: int, *operations: Operation, seed: int = 1) -> list[PlannedRequest]:
    return list(islice(requests(operations, seed, "run"), count))


def test_a_request_is_complete_before_it_is_sent() -> None:
    request = first(1, ORDER)[0]
    assert request.key == "run-0"
    assert request.headers == {"Idempotency-Key": "run-0", "X-Draw": "5"}
    assert request.body["note"] == "for run-0, 7 times"
    assert request.body["tags"] == ["run-0", 1]


def test_a_body_value_that_is_only_a_draw_is_a_number_in_its_bounds() -> None:
    drawn = [request.body["item_id"] for request in first(2_000, ORDER)]
    assert {type(value) for value in drawn} == {int}
    assert (min(drawn), max(drawn)) == (1, 100)


def test_a_path_is_text_whatever_is_drawn() -> None:
    assert {request.path for request in first(100, READ)} == {"/items/1", "/items/2", "/items/3"}


def test_every_write_has_a_key_of_its_own_and_a_read_has_none() -> None:
    planned = first(200, READ, ORDER)
    keys = [request.key for request in planned if request.operation is ORDER]
    assert len(keys) == len(set(keys)) > 0
    assert {request.key for request in planned if request.operation is READ} == {None}


def test_ids_are_positions_in_the_schedule() -> None:
    assert [request.id for request in first(5, READ, ORDER)] == [0, 1, 2, 3, 4]


def test_weights_are_shares_of_the_load() -> None:
    shares = Counter(request.operation.name for request in first(4_000, READ, ORDER))
    assert shares["read-item"] / 4_000 == pytest.approx(0.75, abs=0.03)


@given(st.integers(0, 2**31 - 1))
def test_the_same_seed_gives_the_same_requests(seed: int) -> None:
    assert first(20, READ, ORDER, seed=seed) == first(20, READ, ORDER, seed=seed)


def test_another_seed_gives_other_requests() -> None:
    assert first(20, READ, ORDER, seed=1) != first(20, READ, ORDER, seed=2)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(JSON)
def test_a_body_without_placeholders_is_sent_as_it_is(body: Any) -> None:
    if "{" in str(body):
        body = None
    write = Operation(name="w", method="PUT", path="/", effect="write", body=body)
    assert first(1, write)[0].body == body


@pytest.mark.parametrize("operation", [READ, ORDER], ids=lambda operation: operation.name)
def test_an_operation_survives_the_way_to_the_process(operation: Operation) -> None:
    assert from_dict(to_dict(operation)) == operation


def test_a_plan_survives_the_way_to_the_process() -> None:
    plan = LoadPlan(
        base_url="http://127.0.0.1:1", operations=(READ, ORDER), rate_per_second=5.0,
        arrivals="poisson", seed=2, run_id="r", start_at=3.0, max_seconds=4.0, timeout_seconds=1.0,
        refused_statuses=frozenset({503, 429}),
    )  # fmt: skip
    assert LoadPlan.from_dict(plan.to_dict()) == plan


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (200, None, Outcome.APPLIED),
        (201, None, Outcome.APPLIED),
        (204, None, Outcome.APPLIED),
        (302, None, Outcome.UNKNOWN),
        (400, None, Outcome.REFUSED),
        (404, None, Outcome.REFUSED),
        (408, None, Outcome.UNKNOWN),
        (409, None, Outcome.REFUSED),
        (429, None, Outcome.REFUSED),
        (500, None, Outcome.UNKNOWN),
        (502, None, Outcome.UNKNOWN),
        (503, None, Outcome.REFUSED),
        (504, None, Outcome.UNKNOWN),
        (None, "refused", Outcome.REFUSED),
        (None, "timeout", Outcome.UNKNOWN),
        (None, "reset", Outcome.UNKNOWN),
        (None, "disconnected", Outcome.UNKNOWN),
        (None, "other: X", Outcome.UNKNOWN),
    ],
)
def test_what_a_caller_may_believe(status: int | None, error: str | None, outcome: Outcome) -> None:
    assert outcome_of(status, error, DEFAULT_REFUSED) is outcome


def test_an_app_may_promise_less() -> None:
    """Where 503 does not mean that nothing happened, the profile leaves it out."""
    assert outcome_of(503, None, frozenset({400})) is Outcome.UNKNOWN
