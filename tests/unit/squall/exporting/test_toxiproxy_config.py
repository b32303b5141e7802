"""A configuration is one that the engine's populate takes, with the toxics of the scenario."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from squall import Scenario, at, stock
from squall.core.errors import UsageError
from squall.exporting.toxiproxy_config import Upstreams, toxiproxy_config
from squall_faults import (
    AcceptSilence,
    AppCrash,
    Bandwidth,
    BlackHole,
    CutAfterCommit,
    Disconnect,
    Flap,
    HalfOpen,
    Latency,
    Refuse,
    Reset,
    Slicer,
    TerminateBackends,
)
from squall_faults.proxy.core.collection import Collection

SERVERS = Upstreams(postgres="127.0.0.1:9", app="127.0.0.1:9")


def scenario(*steps: Any) -> Scenario:
    return Scenario(name="story", story="Why.", steps=steps)


def exported(*steps: Any) -> str:
    return toxiproxy_config(scenario(*steps), "x.squall.yaml", SERVERS)


Loaded = dict[str, tuple[bool, list[tuple[str, str, str]]]]


async def populated(text: str) -> Loaded:
    """What an engine has that loaded it, on ports of its own: enabled, and the toxics."""
    raw = text.replace(":15432", ":0").replace(":18000", ":0").encode()
    engine = Collection(seed=1)
    done, error = await engine.populate(raw)
    assert error is None
    assert len(done) == 2
    found: Loaded = {}
    for name, proxy in engine.proxies.items():
        toxics = [(one.name, one.type, one.stream) for one in proxy.toxics.values()]
        found[name] = (proxy.enabled, toxics)
        await proxy.forget()
    await engine.close()
    return found


TOXICS: list[tuple[Any, list[tuple[str, str, dict[str, int]]]]] = [
    (Latency(latency_ms=60), [("latency", "downstream", {"latency": 60, "jitter": 0})]),
    (Bandwidth(rate_kb_per_s=7, direction="upstream"), [("bandwidth", "upstream", {"rate": 7})]),
    (Slicer(average_bytes=9), [("slicer", "downstream",
                                {"average_size": 9, "size_variation": 0, "delay": 0})]),
    (Reset(), [("reset_peer", "downstream", {"timeout": 0})]),
    (BlackHole(), [("timeout", "upstream", {"timeout": 0}),
                   ("timeout", "downstream", {"timeout": 0})]),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "toxics"), TOXICS, ids=lambda value: type(value).__name__)
def test_a_fault_is_the_toxics_that_it_injects(fault: Any, toxics: Any) -> None:
    (postgres, app) = json.loads(exported(at(0, fault, lasting=1.5)))
    assert (postgres["name"], app["name"], app["toxics"]) == ("postgres", "app", [])
    found = [(one["type"], one["stream"], one["attributes"]) for one in postgres["toxics"]]
    assert found == toxics
    assert {one["ttl_ms"] for one in postgres["toxics"]} == {1500}
    assert postgres["upstream"] == "127.0.0.1:9"


@pytest.mark.parametrize("fault", [fault for fault, _ in TOXICS], ids=lambda f: type(f).__name__)
async def test_the_engine_loads_it(fault: Any) -> None:
    steps = (at(0, fault, lasting=60), at(0, Latency(latency_ms=5, proxy="app"), lasting=60))
    text = await asyncio.to_thread(exported, *steps)  # as a command: without a loop around it
    assert await populated(text) == {
        proxy["name"]: (
            True, [(one["name"], one["type"], one["stream"]) for one in proxy["toxics"]],
        )
        for proxy in json.loads(text)
    }  # fmt: skip


async def test_a_refused_port_is_a_proxy_that_is_off() -> None:
    text = await asyncio.to_thread(exported, at(0, Refuse(), lasting=1))
    assert [proxy["enabled"] for proxy in json.loads(text)] == [False, True]
    assert [enabled for enabled, _ in (await populated(text)).values()] == [False, True]


def test_a_share_is_a_toxicity() -> None:
    (postgres, _) = json.loads(exported(at(0, Latency(latency_ms=1, share=0.25), lasting=1)))
    assert postgres["toxics"][0]["toxicity"] == 0.25


def test_two_faults_of_a_kind_have_two_names() -> None:
    fault = Latency(latency_ms=5)
    (postgres, _) = json.loads(exported(at(0, fault, lasting=1), at(0, fault, lasting=1)))
    assert [one["name"] for one in postgres["toxics"]] == [
        "step1_latency_downstream", "step2_latency_downstream",
    ]  # fmt: skip


REFUSED: list[tuple[Any, str]] = [
    (Latency(latency_ms=1, scope="new"), "it hits new connections only, Toxiproxy hits all"),
    (Latency(latency_ms=1, connections=2), "it hits at most 2 connections, Toxiproxy hits all"),
    (AcceptSilence(), "it hits new connections only"),
    (HalfOpen(), "it silences open connections, which only Squall's engine can do"),
    (Flap(), "it switches the proxy off and on until its heal"),
    (CutAfterCommit(), "it acts on messages of PostgreSQL, which Toxiproxy does not read"),
    (TerminateBackends(), "it acts on the database server, behind every proxy"),
    (AppCrash(), "it acts on the app's process"),
    (Latency(latency_ms=5, proxy="redis"), "its proxy 'redis' is none of postgres, app"),
    (Disconnect(share=0.5, after_ms=5), "it acts on Squall's own load"),
]


@pytest.mark.parametrize(("fault", "reason"), REFUSED, ids=lambda value: type(value).__name__)
def test_what_toxiproxy_cannot_do_is_refused_with_the_reason(fault: Any, reason: str) -> None:
    with pytest.raises(UsageError) as told:
        exported(at(0, Refuse(), lasting=1), at(0, fault, lasting=1))
    title, place = str(told.value).splitlines()
    assert title == "story cannot be expressed for a configuration of Toxiproxy:"
    assert place.startswith("  x.squall.yaml: step 2, ")
    assert reason in place


def test_every_step_that_is_refused_is_named() -> None:
    with pytest.raises(UsageError) as told:
        exported(at(0, AppCrash(), lasting=1), at(0, Flap(), lasting=1), at(0, Reset(), lasting=1))
    assert [line.split(":")[1] for line in str(told.value).splitlines()[1:]] == [
        " step 1, app.crash", " step 2, network.flap",
    ]  # fmt: skip


def test_a_configuration_has_no_times() -> None:
    with pytest.raises(UsageError, match=r"step 2, .*: it begins 2 s after the first"):
        exported(at(1, Reset(), lasting=1), at(3, Reset(), lasting=1))


def test_a_scenario_without_steps_has_nothing_to_export() -> None:
    with pytest.raises(UsageError, match="has no steps"):
        exported()


def test_every_stock_outage_is_exported_or_refused_in_words() -> None:
    refusals = {one.name: refusal_of(one) for one in stock()}
    assert sum(not told for told in refusals.values()) >= 8
    for name, told in refusals.items():
        assert not told or f"  {name}: step " in told


def refusal_of(one: Scenario) -> str:
    try:
        toxiproxy_config(one.for_app(deadline=1.0), one.name, SERVERS)
    except UsageError as error:
        return str(error)
    return ""
