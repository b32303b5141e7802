"""Events of the app's own metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from squall.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugesSampled(Event):
    """The app's Prometheus metrics, requested directly and not through a proxy."""

    values: Mapping[str, float]
    """By name of the gauge; the samples of its labels are summed."""
    states: Mapping[str, str]
    """For gauges that represent a state, such as a circuit breaker's: the name of the state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesCounted(Event):
    """The series on the app's page of metrics, after the load."""

    series: int
    of_one_request: int
    """Those that have the idempotency key of a request as the value of a label."""
