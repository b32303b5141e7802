"""The reference app survives the stock outages, on either provider and either engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from squall import REFERENCE, LabOptions, SyncLab, stock
from squall.core.events import FaultHealed
from squall.gates.retry_storm import RetryStorm
from squall.gates.verdict import Verdict
from squall.lab.providers.process.engine_process import find_toxiproxy
from squall.scenario.model import Scenario
from squall.scenario.selection import for_dependencies

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(180)]

RETRY_STORM = RetryStorm.name
TRIES = {"process": 2, "docker": 3}
"""Inconclusive: nothing is proven, the machine was too busy. A failure is not tried again."""


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

Labs = Callable[[str, str], SyncLab]


@pytest.fixture(scope="module")
def lab_of(request: pytest.FixtureRequest) -> Iterator[Labs]:
    """One lab at a time: the cases of a provider and an engine come one after the other."""
    held: dict[tuple[str, str], SyncLab] = {}

    def close() -> None:
        while held:
            held.popitem()[1].close()

    def of(provider: str, engine: str) -> SyncLab:
        if (provider, engine) not in held:
            close()
            if provider == "docker":
                request.getfixturevalue("docker_engine")
            options = LabOptions(profile=REFERENCE, engine=engine, seed=1, provider=provider)
            held[provider, engine] = SyncLab(options)
        return held[provider, engine]

    yield of
    close()


def test_the_smoke_outages_run_everywhere() -> None:
    smoke = [(provider, engine) for provider, engine, outage in CASES if "smoke" in outage.tags]
    assert smoke.count(("docker", "toxiproxy")) == smoke.count(("process", "embedded")) == 6


@pytest.mark.parametrize(
    ("provider", "engine", "outage"), CASES, ids=lambda part: getattr(part, "name", part)
)
def test_the_reference_app_survives(
    provider: str, engine: str, outage: Scenario, lab_of: Labs, need: Callable[[str, str], None]
) -> None:
    if (provider, engine) == ("process", "toxiproxy") and find_toxiproxy() is None:
        need("toxiproxy", "go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0")
    bad: dict[str, str] = {}
    for _ in range(TRIES[provider]):
        run = lab_of(provider, engine).run(outage)
        verdicts = run.verdicts
        bad = {name: verdict for name, verdict in verdicts.items() if Verdict(verdict).is_bad}
        if set(bad.values()) != {Verdict.INCONCLUSIVE.value}:
            break
    assert bad == {}
    healed = [event for event in run.evidence.events if isinstance(event, FaultHealed)]
    assert all(event.bites for event in healed), "the reference gives every fault something to do"
    if RETRY_STORM in outage.gates:
        assert run.finding(RETRY_STORM).figures, "its own gate passed for want of samples"


@pytest.mark.proof
@pytest.mark.parametrize(
    "outage", [one.strict() for one in stock() if "long" in one.tags], ids=lambda one: one.name
)
def test_the_reference_bears_long_outages(outage: Scenario, lab_of: Labs) -> None:
    assert lab_of("process", "embedded").run(outage).passed
