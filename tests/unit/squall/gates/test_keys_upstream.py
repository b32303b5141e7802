"""``one-effect`` at an HTTP upstream: keys of writes that it may have done."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import UpstreamLoad
from squall.gates.keys_upstream import new_keys_upstream
from squall.gates.one_effect import UPSTREAM, OneEffect


def load(at: float, keys: int) -> UpstreamLoad:
    return UpstreamLoad(at=at, name="payments", requests=9 * keys, unknown=0, keys=keys)


def sent(make: Any, name: str, begins: float, number: int, first: int) -> list[Any]:
    return [
        make.op(
            first + n, name=name, at=begins + n * 0.5 / number, effect="write", key=f"{first + n}"
        )
        for n in range(number)
    ]


def run_of(evidence: Any, make: Any, keys: int, *, orders: int = 30) -> Any:
    """Before the fault at 1 s: 20 payments, and some orders. From then on: 25 payments."""
    ops = [
        *sent(make, "pay", 0.3, 20, 0),
        *sent(make, "order", 0.3, orders, 100),
        *sent(make, "pay", 1.2, 25, 200),
        *sent(make, "order", 1.2, 40, 300),
    ]
    return evidence(
        ops, [*make.outage(1.0, 2.0), load(0.1, 5), load(0.99, 25), load(2.0, 25 + keys)]
    )


@pytest.mark.parametrize(("keys", "twice"), [(25, False), (29, False), (30, True), (50, True)])
def test_more_keys_than_requests_are_repeats(
    evidence: Any, make: Any, keys: int, twice: bool
) -> None:
    run = run_of(evidence, make, keys)
    found = new_keys_upstream(run)
    assert (found is not None) is twice
    assert (OneEffect().judge(run).code == UPSTREAM) is twice
    if found is not None:
        assert (found.operations, found.keys, found.requests) == (("pay",), keys, 25)


def test_if_two_sets_of_operations_fit_both_must_be_exceeded(evidence: Any, make: Any) -> None:
    assert new_keys_upstream(run_of(evidence, make, 40, orders=20)) is None
    assert new_keys_upstream(run_of(evidence, make, 46, orders=20)) is not None


def test_keys_that_calm_does_not_explain_are_not_judged(evidence: Any, make: Any) -> None:
    run = run_of(evidence, make, 90)
    events = [one for one in run.events if not isinstance(one, UpstreamLoad)]
    two_each = [load(0.1, 0), load(0.99, 40), load(2.0, 130)]
    assert new_keys_upstream(evidence(run.ops, [*events, *two_each])) is None
    few = [load(0.1, 0), load(0.99, 4), load(2.0, 97)]
    assert new_keys_upstream(evidence(run.ops, [*events, *few])) is None
    assert new_keys_upstream(evidence(run.ops, events)) is None


def test_who_was_under_way_when_the_fault_came_may_send_its_key_later(
    evidence: Any, make: Any
) -> None:
    """Of 20 payments ten take so long that their keys come after the last reading of calm."""
    late = [make.op(n, name="pay", at=0.9, done=1.3, effect="write", key=f"{n}") for n in range(10)]
    ops = [*sent(make, "pay", 0.3, 20, 20), *late, *sent(make, "pay", 1.2, 25, 200)]
    counted = [load(0.1, 0), load(0.99, 30), load(2.0, 65)]
    assert new_keys_upstream(evidence(ops, [*make.outage(1.0, 2.0), *counted])) is None


def test_slow_requests_of_calm_may_have_sent_their_keys(evidence: Any, make: Any) -> None:
    """12 of 20 payments have sent their key when it is counted, and there were 12 orders."""
    ops = [
        *sent(make, "order", 0.3, 12, 0),
        *sent(make, "pay", 0.2, 10, 50),
        *(
            make.op(60 + n, name="pay", at=0.7, done=1.8, effect="write", key=f"{n}")
            for n in range(10)
        ),
        *sent(make, "pay", 1.2, 40, 200),
        *sent(make, "order", 1.2, 20, 300),
    ]
    counted = [load(0.1, 0), load(0.99, 12), load(2.0, 60)]
    assert new_keys_upstream(evidence(ops, [*make.outage(1.0, 2.0), *counted])) is None
