"""Addresses with a password in answers that succeed."""

from __future__ import annotations

import pytest
from squall.workload.told_addresses import told_addresses

ADDRESS = "postgresql+asyncpg://orders:s3cret-%2F@10.0.0.7:5432/orders"
FOUND = "postgresql+asyncpg://orders:s3cret-%2F@"


@pytest.mark.parametrize(
    ("text", "headers", "told"),
    [
        ("[]", {"Cache-Status": f"orders; hit; detail={ADDRESS}-unavailable"}, FOUND),
        (f'{{"source": "{ADDRESS}"}}', {}, FOUND),
        (f'{{"source": "{ADDRESS}", "again": "{ADDRESS}"}}', {"Via": ADDRESS}, FOUND),
        ('{"url": "https://shop.example:8443/items/7", "mail": "a@b.c"}', {}, ""),
        ('{"url": "https://user@shop.example/"}', {"Link": "<https://a.example/x:y@z>"}, ""),
        ('{"source": "postgresql://orders@10.0.0.7/orders"}', {}, ""),
    ],
    ids=["header", "body", "once", "port", "user", "no password"],
)
def test_an_address_with_a_password_is_told(text: str, headers: dict[str, str], told: str) -> None:
    assert told_addresses(text, headers) == told
