"""The form of a success under a fault, compared with those without one."""

from __future__ import annotations

import json

import pytest
from squall.history.op import Effect, Outcome
from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.judge_cell import has_another_form
from squall.workload.operations import Operation, requests

CART = {"id": 1, "items": [{"product": 2}]}


def answer(value: object, effect: Effect = "read") -> ReceivedAnswer:
    operation = Operation(name="cart", method="GET", path="/carts/1", effect=effect)
    return ReceivedAnswer(
        request=next(requests((operation,), 4, "run")),
        status=200,
        error=None,
        headers={},
        text=json.dumps(value),
        sent=0.0,
        done=0.01,
        outcome=Outcome.APPLIED,
    )


@pytest.mark.parametrize("effect", ["read", "write"])
def test_a_missing_field_or_another_kind_is_another_form(effect: Effect) -> None:
    known = [answer(CART, effect)]
    assert not has_another_form(answer({"id": 7, "items": [{"product": 9}]}, effect), known)
    assert has_another_form(answer({"id": 7}, effect), known)
    assert has_another_form(answer({"id": 7, "items": None}, effect), known)
    assert has_another_form(answer({"id": 7, "items": [{"item": 9}]}, effect), known)


def test_an_empty_list_is_another_form_only_of_a_read() -> None:
    """A write may meet a row without entries. A read is sent again, and then that form is known."""
    empty = {"id": 7, "items": []}
    assert has_another_form(answer(empty), [answer(CART)])
    assert not has_another_form(answer(empty), [answer(CART), answer(empty)])
    assert not has_another_form(answer(empty, "write"), [answer(CART, "write")])


def test_text_is_not_compared() -> None:
    known = answer(None)
    assert not has_another_form(answer({"id": 1}), [known])
