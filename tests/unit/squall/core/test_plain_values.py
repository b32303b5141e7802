"""Which values of an environment may be written, and which are secrets."""

from __future__ import annotations

import pytest
from squall.core.secrets import is_plain


@pytest.mark.parametrize(
    "value", ["/api/v1", "/v2", "/api/internal/v10/", "true", "{host}", "8000"]
)
def test_what_reveals_nothing_is_plain(value: str) -> None:
    assert is_plain(value)


@pytest.mark.parametrize(
    "value",
    ["/services/T0AB1/B9/x8Kq", "/aVeryLongSecretPathOfAWebhook", "hunter2hunter2", "/a/b/c/d1234"],
)
def test_what_may_be_a_secret_is_not(value: str) -> None:
    assert not is_plain(value)
