"""The retry budget is never exceeded, whatever the order of attempts and repeats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall_reference.resilience.budget import RetryBudget


@given(
    share=st.floats(0, 1),
    reserve=st.floats(0, 50),
    steps=st.lists(st.booleans(), max_size=300),
)
def test_repeats_never_exceed_the_share_and_the_reserve(
    share: float, reserve: float, steps: list[bool]
) -> None:
    budget = RetryBudget(share=share, reserve=reserve)
    for is_repeat in steps:
        if is_repeat:
            budget.spend()
        else:
            budget.deposit()
        assert 0 <= budget.tokens <= reserve
        assert budget.spent <= reserve + share * budget.requests + 1e-9
    assert budget.spent + budget.refused == sum(steps)


def test_in_an_outage_one_repeat_is_left_for_ten_requests() -> None:
    budget = RetryBudget(share=0.1, reserve=2)
    history = []
    for _ in range(40):
        budget.deposit()
        history.append(budget.spend())
    assert history[:2] == [True, True]
    assert sum(history[2:]) == 3  # 38 requests, a tenth each; floating point keeps the fourth
    assert budget.refused == 35


def test_a_calm_time_fills_the_reserve_and_no_more() -> None:
    budget = RetryBudget(share=0.1, reserve=3)
    while budget.spend():
        pass
    for _ in range(1000):
        budget.deposit()
    assert budget.tokens == 3


@pytest.mark.parametrize(("share", "reserve"), [(-0.1, 1), (1.1, 1), (0.1, -1)])
def test_nonsense_is_refused(share: float, reserve: float) -> None:
    with pytest.raises(ValueError, match="not a budget"):
        RetryBudget(share=share, reserve=reserve)
