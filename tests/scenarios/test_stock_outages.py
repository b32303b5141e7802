"""The reference app survives the stock outages, on either provider and either engine.

The outages of a provider and an engine run together, before the first test asks for a result; with
processes in two labs at a time, as by ``squall check``. What ``-k`` leaves out is not run.
"""

from __future__ import annotations

import asyncio
import faulthandler
from collections.abc import Callable

import pytest
from squall import REFERENCE, LabOptions, run_suite, stock
from squall.core.events import FaultHealed
from squall.gates.retry_storm import RetryStorm
from squall.gates.verdict import Verdict
from squall.lab.providers.process.engine_process import find_toxiproxy
from squall.runner.result import Run
from squall.runner.retry_policy import RetryPolicy
from squall.runner.suite_events import SuiteResult
from squall.scenario.model import Scenario
from squall.scenario.selection import for_dependencies

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(900)]

RETRY_STORM = RetryStorm.name
LEFT_ALONE = {"logins-refused": frozenset({"wire.refuse_startup"})}
"""Faults that the reference gives nothing to do, which is what the outage wants of it: its pool is
full, so that it logs in nowhere.
"""
LABS = {"process": 2, "docker": 1}
"""At the same time."""

POLICY = RetryPolicy(tries=6)
"""Only what proves nothing is repeated so often: on a busy machine."""


def chosen(provider: str, engine: str, outage: Scenario) -> bool:
    """Everything on the quickest lab; elsewhere what the other engine or provider can change."""
    if "long" in outage.tags:
        return False  # see test_the_reference_bears_long_outages
    if (provider, engine) == ("process", "embedded"):
        return True
    if provider == "process":
        return bool(outage.tags & {"smoke", "network"})
    if engine == "toxiproxy":
        return "smoke" in outage.tags or outage.name.startswith("failover")
    return "smoke" in outage.tags and outage.name.startswith(("commit", "database"))


CASES = [
    (provider, engine, outage)
    for provider in ("process", "docker")
    for engine in ("embedded", "toxiproxy")
    for outage in [one.strict() for one in for_dependencies(stock(), ())]
    if chosen(provider, engine, outage) and "streams" not in outage.needs
]
"""The reference has no answer without an end; a pair of apps shows the outage that needs one."""

RunOf = Callable[[str, str, str], Run]


@pytest.fixture(scope="module")
def run_of(request: pytest.FixtureRequest) -> RunOf:
    """``run_of(provider, engine, outage)``: its run, from the suite of that provider and engine."""
    selected = [
        tuple(each.callspec.params.values())
        for each in request.session.items
        if isinstance(each, pytest.Function)
        and each.originalname == test_the_reference_app_survives.__name__
    ]
    results: dict[tuple[str, str], SuiteResult] = {}

    def run_all(provider: str, engine: str) -> SuiteResult:
        outages = [case[2] for case in CASES if case in selected and case[:2] == (provider, engine)]
        options = LabOptions(profile=REFERENCE, engine=engine, seed=1, provider=provider)
        faulthandler.cancel_dump_traceback_later()  # the first test waits for all runs
        return asyncio.run(run_suite(outages, options, jobs=LABS[provider], policy=POLICY))

    def of(provider: str, engine: str, outage: str) -> Run:
        if (provider, engine) not in results:
            results[provider, engine] = run_all(provider, engine)
        result = results[provider, engine]
        found = {run.scenario.name: run for run in result.runs}
        assert outage in found, (result.failures, result.skipped)
        return found[outage]

    return of


def test_the_smoke_outages_run_everywhere() -> None:
    smoke = [(provider, engine) for provider, engine, outage in CASES if "smoke" in outage.tags]
    assert smoke.count(("docker", "toxiproxy")) == smoke.count(("process", "embedded")) == 6


@pytest.mark.parametrize(
    ("provider", "engine", "outage"), CASES, ids=lambda part: getattr(part, "name", part)
)
def test_the_reference_app_survives(
    provider: str, engine: str, outage: Scenario, request: pytest.FixtureRequest, run_of: RunOf,
    need: Callable[[str, str], None],
) -> None:  # fmt: skip
    if provider == "docker":
        request.getfixturevalue("docker_engine")
    elif engine == "toxiproxy" and find_toxiproxy() is None:
        need("toxiproxy", "go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0")
    run = run_of(provider, engine, outage.name)
    assert {name: each for name, each in run.verdicts.items() if Verdict(each).is_bad} == {}
    healed = [event for event in run.evidence.events if isinstance(event, FaultHealed)]
    missed = {event.fault for event in healed if not event.bites}
    assert missed <= LEFT_ALONE.get(outage.name, frozenset()), "it gives every other one work"
    if RETRY_STORM in outage.gates:
        assert run.finding(RETRY_STORM).figures, "its own gate passed for want of samples"


@pytest.mark.proof
async def test_the_reference_bears_long_outages() -> None:
    outages = [one.strict() for one in stock() if "long" in one.tags]
    result = await run_suite(outages, LabOptions(profile=REFERENCE, seed=1), jobs=2)
    assert [run.scenario.name for run in result.runs if run.passed] == [one.name for one in outages]
