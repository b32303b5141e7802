"""Who lets go of which connections when one was lost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from squall_reference.storage.sockets import Sockets


class Driver:
    _transport = SimpleNamespace(get_extra_info=lambda _name: None)

    def __init__(self) -> None:
        self.terminated = 0

    def terminate(self) -> None:
        self.terminated += 1


@pytest.fixture
def sockets() -> Sockets:
    return Sockets(0.8)


def connected(sockets: Sockets, *, idle: bool) -> Any:
    wrapped = SimpleNamespace(driver_connection=Driver())
    sockets.connected(wrapped, None)
    if idle:
        sockets.checked_in(wrapped, None)
    return wrapped.driver_connection


def test_those_as_old_as_the_lost_one_are_let_go_unless_in_use(sockets: Sockets) -> None:
    lost, busy = connected(sockets, idle=False), connected(sockets, idle=False)
    idle = connected(sockets, idle=True)
    sockets.give_up(lost)
    assert (lost.terminated, busy.terminated, idle.terminated) == (0, 0, 1)


def test_what_was_opened_since_the_first_loss_stays(sockets: Sockets) -> None:
    first, second = connected(sockets, idle=False), connected(sockets, idle=False)
    sockets.give_up(first)
    new = connected(sockets, idle=True)
    sockets.give_up(second)
    assert new.terminated == 0
    sockets.give_up(new)
    assert new.terminated == 1


def test_a_connection_that_was_never_seen_says_nothing(sockets: Sockets) -> None:
    idle = connected(sockets, idle=True)
    sockets.give_up(Driver())
    assert idle.terminated == 0
