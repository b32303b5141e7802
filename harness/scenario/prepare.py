"""What the faults of a scenario need beyond the lab is made ready before the load starts."""

from __future__ import annotations

from faults import FaultError, FaultUnavailable
from faults.catalogue import key_of
from faults.fault import Prepared
from harness.core.errors import LabError
from harness.scenario.lab import Lab
from harness.scenario.model import Scenario


async def prepare(lab: Lab, scenario: Scenario) -> None:
    """Have it ready, such as a standby.

    Raises:
        LabError: it cannot be had.
    """
    for step in scenario.steps:
        if not isinstance(step.fault, Prepared):
            continue
        try:
            await step.fault.prepare(lab.port_for(step.fault))
        except FaultUnavailable:
            continue  # the step is skipped, with the reason
        except FaultError as error:
            raise LabError(f"{key_of(step.fault)}: {error}") from error
