"""The reference app survives the stock outages, on either provider and either engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from harness import REFERENCE, HeldLab, LabOptions, stock
from harness.checkers.retry_storm import RetryStorm
from harness.checkers.verdict import Verdict
from harness.core.events import FaultHealed
from harness.providers.process.proxy import find_toxiproxy
from harness.scenario.model import Scenario

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(180)]

RETRY_STORM = RetryStorm.name
TRIES = {"process": 1, "docker": 3}
"""Inconclusive means that the machine was too busy to say; a failure is not tried again."""


def chosen(provider: str, engine: str, outage: Scenario) -> bool:
    """Everything on the quickest lab; elsewhere what the other engine or provider can change."""
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
    for outage in stock()
    if chosen(provider, engine, outage)
]

Labs = Callable[[str, str], HeldLab]


@pytest.fixture(scope="module")
def lab_of(request: pytest.FixtureRequest) -> Iterator[Labs]:
    """One lab at a time: the cases of a provider and an engine come one after the other."""
    held: dict[tuple[str, str], HeldLab] = {}

    def close() -> None:
        while held:
            held.popitem()[1].close()

    def of(provider: str, engine: str) -> HeldLab:
        if (provider, engine) not in held:
            close()
            if provider == "docker":
                request.getfixturevalue("docker_engine")
            options = LabOptions(profile=REFERENCE, engine=engine, seed=1, provider=provider)
            held[provider, engine] = HeldLab(options)
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
        bad = {name: verdict for name, verdict in verdicts.items() if verdict != "pass"}
        if set(bad.values()) != {Verdict.INCONCLUSIVE.value}:
            break
    assert bad == {}
    healed = [event for event in run.evidence.events if isinstance(event, FaultHealed)]
    assert all(event.bites for event in healed), "the reference gives every fault something to do"
    if RETRY_STORM in outage.gates:
        assert run.finding(RETRY_STORM).figures, "its own gate passed for want of samples"
