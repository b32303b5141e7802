"""A fault's session: a server that is full for a moment is asked again."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from squall.lab.sessions import session
from squall_faults.errors import InjectionFailed

ADDRESS = "postgresql://admin@127.0.0.1:1/postgres"


class Opened:
    """A connection that can be closed."""

    def terminate(self) -> None:
        """Do nothing."""


def full_for(monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """A server that refuses ``times`` sessions; returns the addresses that were asked."""
    asked: list[str] = []

    async def connect(url: str, **_options: Any) -> Opened:
        asked.append(url)
        if len(asked) <= times:
            raise asyncpg.TooManyConnectionsError("sorry, too many clients already")
        return Opened()

    monkeypatch.setattr(asyncpg, "connect", connect)
    return asked


async def test_a_server_that_is_full_for_a_moment_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = full_for(monkeypatch, 3)
    async with session(ADDRESS, 5):
        assert len(asked) == 4


async def test_a_server_that_stays_full_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = full_for(monkeypatch, 1_000)
    with pytest.raises(InjectionFailed, match="too many clients"):
        async with session(ADDRESS, 0.05):
            pass
    assert len(asked) > 1


async def test_who_does_not_wait_asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = full_for(monkeypatch, 1)
    with pytest.raises(InjectionFailed):
        async with session(ADDRESS, 0):
            pass
    assert len(asked) == 1
