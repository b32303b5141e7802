"""The database's address: how to encrypt comes from sslmode, and is never left to chance."""

from __future__ import annotations

import pytest
from squall_reference.storage.engine import address, milliseconds
from squall_reference.storage.session_state import is_out_of_step

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


class _Adapter:
    """What SQLAlchemy's adapter of asyncpg's connection shows."""

    def __init__(self, *, autocommit: bool, transaction: object | None) -> None:
        self.autocommit = autocommit
        self._transaction = transaction


@pytest.mark.parametrize(
    ("adapter", "statement", "state", "replaced"),
    [
        pytest.param(_Adapter(autocommit=False, transaction=None), "INSERT", "40001", True,
                     id="BEGIN was refused"),
        pytest.param(_Adapter(autocommit=False, transaction=object()), "INSERT", "40001", False,
                     id="a statement was refused"),
        pytest.param(_Adapter(autocommit=True, transaction=None), "SELECT", "57014", False,
                     id="no transaction was wanted"),
        pytest.param(_Adapter(autocommit=True, transaction=None), "SELECT", "25P02", True,
                     id="a status that the app did not cause"),
        pytest.param(_Adapter(autocommit=False, transaction=object()), "INSERT", "25P01", True,
                     id="a savepoint outside of a transaction"),
        pytest.param(_Adapter(autocommit=False, transaction=None), None, "53100", True,
                     id="ROLLBACK failed"),
        pytest.param(_Adapter(autocommit=False, transaction=None), None, "40001", False,
                     id="COMMIT was refused and the transaction is over"),
    ],
)  # fmt: skip
def test_a_connection_out_of_step_with_its_server_is_replaced(
    adapter: _Adapter, statement: str | None, state: str, replaced: bool
) -> None:
    assert is_out_of_step(adapter, statement, state) is replaced
