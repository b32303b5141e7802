"""When a run is repeated and a lab is replaced: one policy, as data, for every client of the suite.

run ──▶ proves something ──▶ verdict
 ├──▶ fails closely ──▶ repeat, until two runs agree
 ├──▶ proves nothing ──▶ repeat: at once in the same lab, or in a new one if it has spoilt its lab;
 │                       the last time, or always, at the end alone
 ├──▶ fails where the outages before may be the cause ──▶ repeat once, in a new lab
 └──▶ its lab failed ──▶ repeat in a new lab; after max_failed_labs nothing more is tried
       └─ because its engine hung: counted only in a row, without a run that ends between
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from squall.runner.result import Run


def proves_nothing(run: Run) -> bool:
    """Whether a run is inconclusive because other programs used the CPU, or by chance."""
    return run.machine_was_busy or run.missed_by_chance


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """What is repeated, how often and where. The defaults are those of ``squall check``."""

    tries: int = 3
    """Maximum number of runs of one scenario, while ``proves_nothing`` is true for each."""
    proves_nothing: Callable[[Run], bool] = proves_nothing
    confirm_close_failures: bool = True
    """Whether a run that missed limits by less than twice, and nothing else, is repeated until two
    runs agree: three runs at most.
    """
    repeat_alone: bool = False
    """Repeat after everything else has run, without other labs on the machine, in a new lab."""
    repeat_seed_step: int = 0
    """Added to the seed for each repeat."""
    labs_per_scenario: int = 2
    """Maximum number of labs that may fail under a scenario before it is left out."""
    unhealthy_labs: int = 1
    """Maximum number of labs that are replaced for a scenario before which the app was not healthy,
    or in which it refused what it had not refused: its own repeats may be what made it so, in each
    lab again.
    """
    app_failure_is_final: bool = False
    """Whether an app that does not start or become ready is a result, and is not tried again."""
    max_failed_labs: int | None = 3
    """Maximum number of failed labs before the suite gives up. Labs whose engine hung count by
    themselves, from the last run that ended: a Toxiproxy that hangs now and then is replaced each
    time.
    """
    fresh_lab_each: bool = False
    """Whether every run has a lab that no other run has used."""
    first_lab_must_start: bool = True
    """Whether the suite ends with the error of the first lab that does not start."""


DEFAULT_POLICY = RetryPolicy()
