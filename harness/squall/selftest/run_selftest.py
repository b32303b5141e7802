"""Plant every lie, and record what detected it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from squall_faults import FaultError, catalogue

from squall.core import events
from squall.core.errors import SquallError
from squall.lab.lab import lab
from squall.lab.lab_options import LabOptions
from squall.runner.run import Runner
from squall.scenario.model import Load, Scenario
from squall.scenario.step import at
from squall.selftest import lies_of_evidence, lies_of_files, lies_of_lab
from squall.selftest.honest_run import honest_evidence, judged
from squall.selftest.lie import (
    HONEST,
    LieResult,
    result_of_error,
    result_of_findings,
    result_of_run,
)
from squall.selftest.lies_of_lab import STEPS_SECONDS, LabLie
from squall.selftest.planting import end_beside

RATE = 40.0
SECONDS_AROUND = 1.5
TRIES = 3
"""On a busy machine a run without a lie can be inconclusive, which hides what detects a lie."""


def tell_evidence() -> Iterator[LieResult]:
    """Lies in the records. The first result is that of the run without a lie."""
    honest = honest_evidence()
    yield result_of_run(HONEST, judged(honest))
    for name, change in lies_of_evidence.LIES.items():
        yield result_of_run(name, judged(change(honest)))
    crashed = lies_of_evidence.run_with_a_crashing_gate(honest)
    yield result_of_run("a gate crashes", crashed)
    yield result_of_run("no gate has judged", lies_of_evidence.run_without_findings(honest))


def tell_files() -> Iterator[LieResult]:
    """Lies in stored runs. Nothing is planted in the first."""
    with lies_of_files.stored_suite() as home:
        yield _read(HONEST, home)
    with lies_of_files.stored_suite(broken=True) as home:
        yield _read("an outage whose lab failed counts as judged", home)
    for name, change in lies_of_files.LIES.items():
        with lies_of_files.stored_suite(failing=True) as home:
            change(home)
            yield _read(name, home)


def _read(name: str, home: Path) -> LieResult:
    try:
        verdict, findings = lies_of_files.reread(home)
    except SquallError as error:
        return result_of_error(name, error)
    return result_of_findings(name, findings, verdict)


async def tell_labs(options: LabOptions) -> AsyncIterator[LieResult]:
    """Lies in running labs. Nothing is planted in the first."""
    for _ in range(TRIES):
        honest = await _tell_lab(HONEST, LabLie(), options)
        if honest.believed:
            break
    yield honest
    for name, lie in lies_of_lab.LIES.items():
        yield await _tell_lab(name, lie, options)


async def _tell_lab(name: str, lie: LabLie, options: LabOptions) -> LieResult:
    """A run that did not reach its fault, on a busy machine, proves nothing about the lie."""
    for _ in range(TRIES):
        answer, reached = await _tell_once(name, lie, options)
        if reached:
            break
    return answer


async def _tell_once(name: str, lie: LabLie, options: LabOptions) -> tuple[LieResult, bool]:
    wanted = options if lie.options is None else lie.options(options)
    try:
        async with lab(wanted) as running:
            planted = await lie.plant(running)
            runner = Runner(running, clock=None if lie.clock is None else lie.clock())
            run = await runner.run(_scenario(lie), seed=1, listener=planted or _ignore)
    except (SquallError, FaultError) as error:
        return result_of_error(name, error), True
    finally:
        await end_beside()
    return result_of_run(name, run), run.evidence.first_injected is not None


def _ignore(_: events.Event) -> None:
    """Do nothing."""


def _scenario(lie: LabLie) -> Scenario:
    return Scenario(
        name="selftest",
        story=f"{catalogue.key_of(lie.fault)} with a lie in it.",
        steps=(at(0, lie.fault, lasting=STEPS_SECONDS),),
        before_seconds=SECONDS_AROUND,
        after_seconds=SECONDS_AROUND,
        load=Load(rate_per_second=RATE),
    )
