"""The app's own gauges: lines for what moved, words for what did not, lanes for states."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import GaugesSampled
from squall.reports.html import gauges, view_model


def sample(at: float, state: float = 0.0, **values: float) -> GaugesSampled:
    """A scrape; the state is that of a breaker."""
    word = {0.0: "closed", 1.0: "half-open", 2.0: "open"}.get(state, f"{state:g}")
    return GaugesSampled(
        at=at, values={"shop_breaker_state": state, **values}, states={"shop_breaker_state": word}
    )


def test_what_moved_is_a_line_and_what_did_not_is_a_word(evidence: Any) -> None:
    happened = [sample(10 + n / 5, shop_in_use=float(n), shop_size=4.0) for n in range(3)]
    assert gauges.numbers(evidence([], happened), 10.0) == {
        "at": [0.0, 0.2, 0.4],
        "names": ["in use"],
        "rows": [[0.0, 1.0, 2.0]],
        "still": ["size 4"],
        "left_out": [],
    }


def test_where_the_app_did_not_answer_there_is_a_hole(evidence: Any) -> None:
    ats = [0.0, 0.2, 0.4, 0.6, 0.8, 2.8, 3.0]
    happened = [sample(at, shop_in_use=at) for at in ats]
    found = gauges.numbers(evidence([], happened), 0.0)
    assert found["at"] == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 2.8, 3.0]
    assert found["rows"] == [[0.0, 0.2, 0.4, 0.6, 0.8, None, 2.8, 3.0]]


def test_more_lines_than_colours_are_named(evidence: Any) -> None:
    happened = [sample(n, **{f"g{i}": float(n) for i in range(9)}) for n in range(3)]
    found = gauges.numbers(evidence([], happened), 0.0)
    assert len(found["rows"]) == len(found["names"]) == gauges.MAX_LINES
    assert found["left_out"] == ["g6", "g7", "g8"]


def test_a_state_is_a_lane_that_ends_where_the_app_was_not_heard(evidence: Any) -> None:
    early = [sample(0.0), sample(0.2), sample(0.4, 2), sample(0.6, 1), sample(0.8)]
    happened = [*early, sample(3.0), sample(3.2)]
    found = gauges.states(evidence([], happened), 0.0)
    assert found == {
        "names": ["shop breaker"],
        "at": [0.0, 0.4, 0.6, 0.8, 3.0],
        "until": [0.4, 0.6, 0.8, 1.6, 3.2],
        "lane": [0] * 5,
        "word": ["closed", "open", "half-open", "closed", "closed"],
        "level": [0, 2, 1, 0, 0],
    }
    assert view_model.levels(found) == [("closed", 0), ("half-open", 1), ("open", 2)]


def test_a_run_without_metrics_has_neither(evidence: Any) -> None:
    assert gauges.numbers(evidence([]), 0.0)["at"] == []
    assert gauges.states(evidence([]), 0.0)["at"] == []


@pytest.mark.parametrize(
    ("name", "names", "told"),
    [
        ("shop_pool_open", ["shop_pool_open", "shop_pool_used", "shop_waiting"], "pool open"),
        ("shop_pool", ["shop_pool", "shopping"], "shop pool"),
        ("shop_pool", ["shop_pool", "shop_pool_open"], "shop_pool"),
        ("pool", ["pool"], "pool"),
    ],
)
def test_names_lose_what_all_begin_with(name: str, names: list[str], told: str) -> None:
    assert gauges.short(name, names) == told
