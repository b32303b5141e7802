"""Prepare what the faults of a scenario need beyond the lab, before the load starts."""

from __future__ import annotations

from squall_faults import FaultError, FaultUnavailable
from squall_faults.catalogue import key_of
from squall_faults.fault import Prepared

from squall.core.errors import LabError
from squall.lab.lab import Lab
from squall.scenario.model import Scenario


async def prepare_faults(lab: Lab, scenario: Scenario) -> None:
    """Prepare it, for example a standby.

    Raises:
        LabError: it is not available.
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
