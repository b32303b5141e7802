"""Layers of time-outs: every deadline gives a right order, and a wrong one is refused in words."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from squall_reference.resilience.timeouts import ORDER, Timeouts
from squall_reference.settings import Settings

URL = "postgresql://nobody@127.0.0.1:1/nothing"


@given(deadline=st.floats(min_value=0.051, max_value=60))
def test_every_deadline_gives_layers_in_the_right_order(deadline: float) -> None:
    layers = Timeouts.within(deadline)
    assert all(getattr(layers, inner) < getattr(layers, outer) for inner, outer, _ in ORDER)
    assert 0 < layers.least_work < layers.connect


@pytest.mark.parametrize(("inner", "outer", "consequence"), ORDER)
def test_a_layer_that_is_as_long_as_the_one_around_it_is_refused(
    inner: str, outer: str, consequence: str
) -> None:
    good = Timeouts.within(1.0)
    longer: float = getattr(good, outer)
    with pytest.raises(ValueError, match="must be positive and below") as caught:
        dataclasses.replace(good, **{inner: longer})
    assert f"{inner} ({longer:g} s)" in str(caught.value)
    assert consequence in str(caught.value)


def test_waiting_and_working_must_fit_into_the_deadline_together() -> None:
    with pytest.raises(ValueError, match="no time left to use it"):
        dataclasses.replace(Timeouts.within(1.0), hold=0.75, pool_wait=0.26)


def test_settings_refuse_a_connect_time_out_that_is_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    monkeypatch.setenv("ORDERS_CONNECT_SECONDS", "0.4")
    with pytest.raises(ValidationError, match="callers give up while the connection"):
        Settings()  # type: ignore[call-arg]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_settings_accept_the_addresses_that_other_tools_use(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", URL.replace("postgresql", scheme))
    settings = Settings()  # type: ignore[call-arg]
    assert str(settings.database_url) == "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"
    assert settings.timeouts == Timeouts.within(1.0)
