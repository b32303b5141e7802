"""An app that is restarted in an outage has time to say that it is ready before the outage ends."""

from __future__ import annotations

import pytest
from squall.gates.health_probes import HealthProbes
from squall.scenario.library import stock

(OUTAGE,) = (one for one in stock() if one.name == "app-restarts-in-an-outage")


@pytest.mark.parametrize("start", [0.3, 0.8, 1.2, 1.4, 1.6, 1.8, 2.2, 3.0, 8.0])
def test_however_long_the_app_takes_to_start(start: float) -> None:
    """A probe every 0.1 s must show it for longer than ``lie_seconds``."""
    away, crash = OUTAGE.for_app(deadline=1.0, start=start).steps
    up = crash.at_seconds + crash.lasting_seconds + start
    assert away.at_seconds + away.lasting_seconds - up > HealthProbes().lie_seconds + 0.1
