"""No fault without an app that fails under it: else nobody would notice if it did nothing.

Most are shown by the mutants, each of which names the outages that expose it. The others are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import squall_faults as faults
from squall import REFERENCE, LabOptions, Scenario, SyncLab, at, stock
from squall.config.profile import AppProfile
from squall.gates.response_time import ResponseTime
from squall.runner.result import Run
from squall.scenario.model import Load, gate_set
from squall_faults import Bandwidth, ExhaustConnections, LongTransaction, RefuseStartup, Slicer
from squall_faults.fault import Fault
from squall_proof.mutants import FIRST
from squall_proof.mutants import mutant_gallery as mutants
from squall_proof.patterns import pattern_gallery as patterns

from tests.scenarios import test_redis_outages, test_worker_outages
from tests.scenarios.test_pairs import EVENTS, READ
from tests.scenarios.test_pairs import profile as pair_profile
from tests.scenarios.test_upstream_outages import BROKEN_UNDER

PATTERNS = {each.name: each for each in patterns.GALLERY}
MUTANTS = {each.name: each for each in mutants.gallery()}
PAIRS = {
    "streams": pair_profile("streams", "broken", (EVENTS, READ)),
    "two_pools": pair_profile("two_pools", "broken", (READ,)),
}
OUTAGES = {each.name: each for each in stock()}


def lasting(fault: Fault) -> Scenario:
    """Longer than any caller waits."""
    return Scenario(
        name="long",
        story="It takes too long.",
        steps=(at(0, fault, lasting=2.4),),
        before_seconds=2.4,
        after_seconds=2.4,
        # Some of the apps authenticate anew for each request, which is work for both sides: at 40
        # a second a slow machine of two cores is busy with that alone.
        load=Load(rate_per_second=20),
        gates=gate_set(ResponseTime(during_p95_ms=500)),
    )


@dataclass(frozen=True)
class Shown:
    """Under ``outage`` the gate says that ``app`` fails."""

    app: str
    outage: str | Fault
    gate: str

    strict: bool = False
    """Whether what the app should do, and not must, is judged as well."""

    @property
    def profile(self) -> AppProfile:
        """A mutant's, a pattern's, or that of the broken one of a pair."""
        if self.app in PAIRS:
            return PAIRS[self.app]
        return MUTANTS[self.app].profile() if self.app in MUTANTS else PATTERNS[self.app].profile()

    @property
    def scenario(self) -> Scenario:
        """A stock outage, or the fault alone."""
        outage = OUTAGES[self.outage] if isinstance(self.outage, str) else lasting(self.outage)
        return outage.strict() if self.strict else outage


LATE = ("thirty_seconds_for_everything", "answered-in-time")

SHOWN: Mapping[str, Shown] = {
    "app.overlap": Shown("two_pools", "rolling-deploy", "second-copy-starts"),
    "app.pause": Shown("writes_behind", "app-frozen", "no-acknowledged-write-lost"),
    "app.terminate": Shown("writes_behind", "deploy-under-load", "no-acknowledged-write-lost"),
    "client.ask_for_nothing": Shown(
        "refusals_open_the_circuit", "callers-ask-for-nothing", "availability", strict=True
    ),
    "client.repeat": Shown("orders_twice_when_repeated", "callers-repeat-at-once", "no-duplicate"),
    "client.retry_failed": Shown(
        "orders_twice_when_repeated", "callers-retry-what-failed", "no-duplicate"
    ),
    "client.hold_bodies": Shown(
        "semaphore_around_the_whole_request", "slow-clients", "answered-in-time"
    ),
    "client.hold_streams": Shown("streams", "callers-hold-streams", "availability"),
    "database.exhaust_connections": Shown(
        "per_request_connect", ExhaustConnections(), "error-contract"
    ),
    "database.failover": Shown("circuit_stays_open", "failover-sync", "recovery-time"),
    "database.long_transaction": Shown(LATE[0], LongTransaction(table="items"), LATE[1]),
    "database.terminate_backends": Shown(
        "backs_off_for_everybody", "sessions-terminated", "recovery-time"
    ),
    "network.bandwidth": Shown("per_request_connect", Bandwidth(rate_kb_per_s=1), "response-time"),
    "network.accept_silence": Shown(
        "circuit_stays_open", "server-accepts-never-replies", "recovery-time"
    ),
    "network.flap": Shown("backs_off_for_everybody", "flapping-network", "recovery-time"),
    "network.limit_data": Shown("backs_off_for_everybody", "truncated-response", "recovery-time"),
    "network.slicer": Shown(
        LATE[0], Slicer(average_bytes=20, variation_bytes=10, delay_us=600_000), LATE[1]
    ),
    # The first who takes one of the ended connections from the pool gets an error.
    "network.slow_close": Shown("async_session", "delayed-fin", "error-contract"),
    "network.half_open": Shown(LATE[0], "half-dead-connection-after-idle", LATE[1]),
    "wire.fatal_reply": Shown("backs_off_for_everybody", "idle-session-killed", "recovery-time"),
    "wire.refuse_startup": Shown("per_request_connect", RefuseStartup(), "error-contract"),
}

MINUTES = {
    "database.exhaust_connections", "database.long_transaction", "network.bandwidth",
    "network.slicer", "wire.refuse_startup",
}  # fmt: skip
"""Apps that authenticate for each request, or wait for half a minute: proofs, for their time."""


def run_of(profile: AppProfile, scenario: Scenario) -> Run:
    held = SyncLab(LabOptions(profile=profile, seed=1))
    try:
        return held.run(scenario)
    finally:
        held.close()


def test_no_fault_is_left_out() -> None:
    by_mutants = {
        step.label
        for mutant in MUTANTS.values()
        if mutant.set_name == FIRST  # of those it is not known that they are caught
        for name in mutant.exposed_by
        for step in OUTAGES[name].steps
    }
    by_redis = {key for key in test_redis_outages.SHOWN if key.startswith("redis.")}
    elsewhere = by_redis | BROKEN_UNDER | test_worker_outages.SHOWN
    assert {entry.key for entry in faults.entries()} == by_mutants | set(SHOWN) | elsewhere
    assert by_mutants & set(SHOWN) == set()


@pytest.mark.scenario
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "key", [pytest.param(key, marks=[pytest.mark.proof] * (key in MINUTES)) for key in SHOWN]
)
def test_an_app_fails_under_the_fault(key: str) -> None:
    shown = SHOWN[key]
    run = run_of(shown.profile, shown.scenario)
    assert key in {step.label for step in run.scenario.steps}
    assert run.finding("faults-bit").verdict == "pass"
    assert run.finding(shown.gate).verdict == "fail", run.findings
    if not isinstance(shown.outage, str):
        reference = run_of(REFERENCE, shown.scenario)
        assert reference.finding(shown.gate).verdict == "pass", reference.findings
