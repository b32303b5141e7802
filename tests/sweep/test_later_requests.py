"""Requests after the heal: as quick as before, soon; and items that the sweep has removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from squall.config.profile import DEFAULT_CONTRACT
from squall.sweeping import later_requests as module
from squall.sweeping.later_requests import LaterRequests, slowed
from squall.sweeping.sweep_result import CellFailure

CALM = 0.005


def test_three_slow_ones_in_a_row_are_found() -> None:
    problem = slowed([(0.6, CALM)] * 3, deadline=1.0)
    assert problem is not None
    assert problem.failure is CellFailure.SLOW
    assert problem.text == (
        "after the heal requests in a row succeed, but take up to 600 ms; without a fault at most"
        " 5 ms"
    )


def test_one_that_waits_until_the_outage_is_over_is_none() -> None:
    assert slowed([(0.9, CALM), (0.8, CALM), (0.01, CALM), (0.9, CALM)], deadline=1.0) is None


def test_an_app_that_is_slow_without_a_fault_is_none() -> None:
    assert slowed([(0.6, 0.2)] * 4, deadline=1.0) is None


def test_few_requests_prove_nothing() -> None:
    assert slowed([(0.9, CALM)] * 2, deadline=1.0) is None


@dataclass
class Room:
    """An app that answers 404 until its process ends (``kept``), or for ever."""

    kept: bool
    attach: object = None
    restarts: int = 0
    asked: int = 0
    deadline: float = 0.01
    tap: Any = field(default_factory=lambda: SimpleNamespace(
        forget=lambda: None, sessions={}, statements=[]))  # fmt: skip

    @property
    def lab(self) -> Any:
        return SimpleNamespace(
            options=SimpleNamespace(attach=self.attach),
            profile=SimpleNamespace(contract=DEFAULT_CONTRACT),
        )

    async def ask(self, _operation: object) -> Any:
        self.asked += 1
        good = self.kept and self.restarts > 0
        return SimpleNamespace(
            good=good, status=200 if good else 404, seconds=0.001, error="", answer=None
        )

    async def restart_app(self) -> None:
        self.restarts += 1


@pytest.mark.parametrize(
    ("room", "found"),
    [(Room(kept=True), True), (Room(kept=False), False), (Room(kept=False, attach="x"), True)],
    ids=["the-app-keeps-it", "the-item-is-gone", "no-process-of-ours"],
)
async def test_an_item_that_the_sweep_has_removed_is_no_poison(
    monkeypatch: pytest.MonkeyPatch, room: Any, found: bool
) -> None:
    monkeypatch.setattr(module, "RECOVERY_SECONDS", 0.01)
    monkeypatch.setattr(module, "undocumented", lambda *_: "")
    profile: Any = SimpleNamespace(operation=SimpleNamespace(name="read"), seconds=CALM)
    later = LaterRequests(room, [profile])
    problem = await later.see(profile, set(), again=None)
    assert (problem is not None and problem.failure is CellFailure.POISONED) is found
    if not found:
        before = room.asked
        assert await later.see(profile, set(), again=None) is None
        assert room.asked == before, "it tells nothing any more"
