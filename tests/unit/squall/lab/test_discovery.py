"""What discovery tells gates of the operations."""

from __future__ import annotations

from typing import Any

from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.history.coverage import Coverage, OperationProfile
from squall.lab.discovery import with_calm

MEASURED: dict[str, dict[str, Any]] = {
    "feet": {"statements": 0.0, "median_seconds": 0.01},
    "town": {"statements": 2.0},
    "hidden": {"statements": None},
    "left": {"statements": 0.0, "reason": "404"},
}


def test_operations_without_statements_are_known_only_if_that_was_measured() -> None:
    profile = AppProfile(name="app", app="app:app", contract=DEFAULT_CONTRACT)
    found = Coverage(
        operations=tuple(
            OperationProfile(operation=f"GET /{name}", name=name, effect="read", **known)
            for name, known in MEASURED.items()
        )
    )
    contract = with_calm(profile, found).contract
    assert contract.without_statements == {"feet"}
    assert contract.calm_seconds == {"feet": 0.01}
