"""Ports for the components of a lab."""

from __future__ import annotations

import random

import pytest
from squall.lab import endpoint


def test_a_port_is_not_given_twice_before_it_is_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two components of one lab on one port: a proxy in front of itself."""
    first = endpoint.free_port()
    other = next(port for port in endpoint.PORTS if port not in {*endpoint._RECENT})
    drawn = iter([first, first, *(port for port in endpoint.PORTS if port >= other)])
    monkeypatch.setattr(random.SystemRandom, "choice", lambda _self, _ports: next(drawn))
    assert endpoint.free_port() != first
