"""What is sent in place of a statement fails in the server, and leaves the right status there."""

from __future__ import annotations

import pytest
from squall_faults.proxy.postgres import messages as pg
from squall_faults.proxy.postgres.error_statements import ends_transaction, failing


@pytest.mark.parametrize(
    ("sql", "ends"),
    [
        ("COMMIT", True),
        ("commit;", True),
        (" \n-- why\n/* and\nhow */ End Transaction", True),
        ("ROLLBACK", True),
        ("ABORT WORK", True),
        ("COMMIT AND CHAIN", True),
        ("PREPARE TRANSACTION 'x'", True),
        ("ROLLBACK TO SAVEPOINT a", False),
        ("ROLLBACK WORK TO a", False),
        ("rollback transaction to a", False),
        ("COMMIT PREPARED 'x'", False),
        ("ROLLBACK PREPARED 'x'", False),
        ("PREPARE a AS SELECT 1", False),
        ("COMMITTED", False),
        ("BEGIN", False),
        ("INSERT INTO t VALUES (1); COMMIT", False),
        ("", False),
    ],
)
def test_the_end_of_a_transaction_is_known(sql: str, ends: bool) -> None:
    assert ends_transaction(sql) is ends


NAME = b"squall injected\0"


@pytest.mark.parametrize(
    ("kind", "sql", "sent"),
    [
        (pg.QUERY, "SELECT 1", b"Q\0\0\0\x19injected error 40001\0"),
        (pg.FUNCTION_CALL, "", b"Q\0\0\0\x19injected error 40001\0"),
        (pg.QUERY, "COMMIT", b'Q\0\0\0\x31ROLLBACK; SELECT FROM "injected error 40001"\0'),
        (
            pg.EXECUTE,
            "SELECT 1",
            b"P\0\0\0\x2b" + NAME + b"injected error 40001\0\0\0",
        ),
        (
            pg.EXECUTE,
            "COMMIT",
            b"P\0\0\0\x1f" + NAME + b"ROLLBACK\0\0\0"
            b"B\0\0\0\x2a"
            + NAME
            + NAME
            + bytes(6)
            + b"E\0\0\0\x18"
            + NAME
            + bytes(4)
            + b"C\0\0\0\x15S"
            + NAME
            + b"P\0\0\0\x2b"
            + NAME
            + b"injected error 40001\0\0\0",
        ),
    ],
)
def test_the_substitute_byte_by_byte(kind: int, sql: str, sent: bytes) -> None:
    assert failing(kind, sql, "40001") == sent
