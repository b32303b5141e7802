"""Windows are cut by the intended start: before, during and after, without gap or overlap.

Whoever still waits when the first fault comes into force is counted with it.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall.core import events
from squall.history.evidence import Contract, Evidence, Window

WINDOWS: list[Window] = ["before", "during", "after"]


def evidence(ops: list[Any], happened: list[events.Event]) -> Evidence:
    return Evidence(
        ops=ops, events=happened, final_state=None, contract=Contract(deadline_seconds=1.0)
    )


def two_faults() -> list[events.Event]:
    """One from 1 to 3, one from 2 to 5."""
    return [
        events.FaultInjected(at=1.0, step=0, fault="a", label="a"),
        events.FaultInjected(at=2.0, step=1, fault="b", label="b"),
        events.FaultHealed(at=3.0, step=0, fault="a", bites=1, what="x"),
        events.FaultHealed(at=5.0, step=1, fault="b", bites=1, what="x"),
    ]


@pytest.mark.parametrize(
    ("intended", "done", "window"),
    [
        (0.0, 0.1, "before"),
        (0.99, 1.0, "before"),
        (0.99, 1.01, "during"),
        (0.0, 100.0, "during"),
        (1.0, 1.1, "during"),
        (4.99, 100.0, "during"),
        (5.0, 5.1, "after"),
    ],
)
def test_an_operation_belongs_to_the_window_of_its_intended_start(
    make: Any, intended: float, done: float, window: Window
) -> None:
    seen = evidence([make.op(0, at=intended, done=done)], two_faults())
    assert {name: len(seen.window(name)) for name in WINDOWS} == {
        name: int(name == window) for name in WINDOWS
    }


@given(st.lists(st.floats(0, 10), max_size=20))
def test_the_windows_share_out_every_operation_once(times: list[float]) -> None:
    class Stub:
        def __init__(self, number: int, intended: float) -> None:
            self.id, self.intended, self.done = number, intended, intended + 0.5
            self.client_cancelled = self.for_nothing = self.asked_again = False

    seen = evidence([Stub(number, at) for number, at in enumerate(times)], two_faults())
    found = [op.id for name in WINDOWS for op in seen.window(name)]
    assert sorted(found) == list(range(len(times)))


def test_a_window_is_in_order_of_the_intended_start(make: Any) -> None:
    ops = [make.op(2, at=0.5), make.op(0, at=0.1), make.op(1, at=0.5)]
    assert [op.id for op in evidence(ops, []).window("before")] == [0, 1, 2]


def test_without_a_fault_everything_is_before(make: Any) -> None:
    seen = evidence([make.op(0, at=1e9)], [])
    assert (seen.first_injected, seen.last_healed) == (None, None)
    assert [len(seen.window(name)) for name in WINDOWS] == [1, 0, 0]


def test_a_fault_that_never_healed_has_no_after(make: Any) -> None:
    seen = evidence([make.op(0, at=1e9)], two_faults()[:2])
    assert [len(seen.window(name)) for name in WINDOWS] == [0, 1, 0]


def test_the_fault_begins_with_the_delay_that_leads_to_it() -> None:
    delayed = events.StatementsDelayed(at=4.0, delay_ms=67)
    injected = events.FaultInjected(at=5.0, step=0, fault="app.crash", label="app.crash")
    contract = Contract(deadline_seconds=1.0)
    led = Evidence(ops=(), events=(delayed, injected), final_state=None, contract=contract)
    assert (led.first_injected, led.fault_in_force) == (4.0, 5.0)
    alone = Evidence(ops=(), events=(delayed,), final_state=None, contract=contract)
    assert (alone.first_injected, alone.fault_in_force) == (None, None)
