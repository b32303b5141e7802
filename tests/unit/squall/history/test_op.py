"""Operations: how long the caller waited, and what counts as a good answer."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest


def test_response_time_counts_from_the_intended_start(make: Any) -> None:
    """Sent half a second late, answered at once: the caller waited half a second."""
    assert make.op(0, at=1.0, sent=1.5, done=1.5).response_seconds == 0.5


@pytest.mark.parametrize(
    ("status", "good"),
    [
        (200, True),
        (204, True),
        (299, True),
        (300, False),
        (404, False),
        (503, False),
        (None, False),
    ],
)
def test_only_success_is_good(make: Any, status: int | None, good: bool) -> None:
    assert make.op(0, status=status).good is good


def test_an_operation_is_frozen(make: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make.op(0).status = 500
