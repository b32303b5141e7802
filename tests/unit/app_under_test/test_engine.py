"""The database's address: how to encrypt comes from sslmode, and is never left to chance."""

from __future__ import annotations

import pytest

from app_under_test.storage.engine import address, milliseconds

PLAIN = "postgresql+asyncpg://me@host/orders"


@pytest.mark.parametrize(
    ("url", "encryption"),
    [
        (PLAIN, False),
        (f"{PLAIN}?sslmode=require", "require"),
        (f"{PLAIN}?sslmode=verify-full", "verify-full"),
    ],
)
def test_encryption_is_what_the_address_says(url: str, encryption: object) -> None:
    parsed, found = address(url)
    assert (parsed.render_as_string(), found) == (PLAIN, encryption)


@pytest.mark.parametrize(("seconds", "limit"), [(0.4, 400), (0.0004, 1), (60, 60_000)])
def test_a_limit_of_zero_would_mean_none(seconds: float, limit: int) -> None:
    assert milliseconds(seconds) == limit
