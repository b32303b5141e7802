"""Driver errors by phase and SQLSTATE; classes as they were measured on real servers."""

from __future__ import annotations

import ssl

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from squall_reference.errors import (
    Ambiguous,
    Exhausted,
    Misconfigured,
    NotFound,
    Overloaded,
    Permanent,
    Transient,
    Unreachable,
)
from squall_reference.storage.translate import Commit, sqlstate, translate_errors


class Orig(Exception):  # what the dialect raises
    def __init__(self, state: str | None) -> None:
        super().__init__("words of the driver")
        self.sqlstate = state


def wrapped(state: str | None, *, invalidated: bool = False) -> DBAPIError:
    return DBAPIError("SELECT 1", {}, Orig(state), connection_invalidated=invalidated)


CASES: list[tuple[Exception, type[Exception], str | None]] = [
    (ConnectionRefusedError(111, "refused"), Unreachable, None),
    (TimeoutError(), Unreachable, None),
    (OSError("Name or service not known"), Unreachable, None),
    (asyncpg.CannotConnectNowError("starting up"), Unreachable, "57P03"),  # raw in SQLAlchemy 2.0
    (asyncpg.TooManyConnectionsError("sorry"), Unreachable, "53300"),
    (asyncpg.InvalidPasswordError("no"), Misconfigured, "28P01"),
    (asyncpg.InvalidCatalogNameError("no"), Misconfigured, "3D000"),
    (ssl.SSLCertVerificationError("self-signed"), Misconfigured, None),
    (wrapped("08003", invalidated=True), Unreachable, "08003"),
    (wrapped("57P01", invalidated=True), Unreachable, "57P01"),
    (wrapped("25006"), Unreachable, "25006"),
    (InterfaceError("SELECT 1", {}, Orig(None)), Unreachable, None),
    (wrapped(None, invalidated=True), Unreachable, None),
    (wrapped("40001"), Transient, "40001"),
    (wrapped("40P01"), Transient, "40P01"),
    (wrapped("55P03"), Transient, "55P03"),
    (wrapped("26000"), Transient, "26000"),
    (wrapped("57014"), Exhausted, "57014"),
    (wrapped("53100"), Exhausted, "53100"),
    (wrapped("42P01"), Permanent, "42P01"),
    (wrapped("23505"), Permanent, "23505"),
    (wrapped(None), Permanent, None),
    (PoolTimeout(), Overloaded, None),
    (NotFound(), NotFound, None),
    (KeyError("a bug"), KeyError, None),
]


@pytest.mark.parametrize(("error", "kind", "state"), CASES, ids=lambda v: str(v)[:40])
def test_before_the_commit(error: Exception, kind: type[Exception], state: str | None) -> None:
    with pytest.raises(Exception, match=r".*") as caught, translate_errors():
        raise error
    assert type(caught.value) is kind
    assert sqlstate(caught.value) == state


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (wrapped("08003", invalidated=True), Ambiguous),
        (TimeoutError(), Ambiguous),
        (wrapped("40003"), Ambiguous),
        (wrapped("40001"), Transient),
        (wrapped("40P01"), Transient),
        (wrapped("23505"), Permanent),
    ],
    ids=lambda v: str(v)[:40],
)
def test_at_the_commit(error: Exception, kind: type[Exception]) -> None:
    commit = Commit()
    with pytest.raises(kind) as caught, translate_errors(commit), commit.sent():
        raise error
    assert type(caught.value) is kind


def leave(error: Exception) -> None:
    """What leaving the block with a dead connection does."""
    raise error


@pytest.mark.parametrize("error", [InterfaceError("", {}, Orig(None)), TimeoutError(), OSError()])
def test_after_the_commit_nothing_is_wrong(error: Exception) -> None:
    commit = Commit()

    def place() -> str:
        with translate_errors(commit):
            with commit.sent():
                result = "placed"
            leave(error)
        return result

    assert (place(), commit.done, commit.doubtful) == ("placed", True, False)


def test_a_cancelled_commit_stays_doubtful_and_the_cancel_comes_out() -> None:
    commit = Commit()
    with pytest.raises(KeyboardInterrupt), translate_errors(commit), commit.sent():
        raise KeyboardInterrupt
    assert commit.doubtful


def test_no_words_of_the_driver_reach_the_caller() -> None:
    for error, kind, _ in CASES:
        if kind in (KeyError, NotFound):
            continue
        with pytest.raises(kind) as caught, translate_errors():
            raise error
        shown = f"{caught.value.title} {caught.value.detail}"  # type: ignore[attr-defined]
        assert "driver" not in shown
        assert "SELECT" not in shown
