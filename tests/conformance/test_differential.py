"""Both engines play the same plans: bytes, endings and times agree, or a known row explains it.

Times agree within TOLERANCE and SHARE of the longer one. A busy machine delays either engine, so
only what differs five times in a row differs.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, event, given, settings
from squall.lab.providers.process.engine_process import find_toxiproxy

from tests.conformance.conftest import Servers
from tests.conformance.differences import DIFFERENCES
from tests.conformance.plan import Add, Change, Plan, Remove, Send, plans
from tests.conformance.play import Met, Player

TOLERANCE = 0.06
SHARE = 0.15
TRIES = 5

NUMBERS = itertools.count()

READS_NO_FURTHER = {"bandwidth", "slicer"}
"""While they wait, Toxiproxy reads nothing more of the sender."""

HOLDERS = {"latency", "bandwidth", "slicer", "slow_close", "timeout", "reset_peer"}
ENDERS = {"limit_data", "timeout", "reset_peer"}
DELAYERS = {"latency", "bandwidth", "slicer"}

QUICK = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
"""Two tests: 300 cases."""

LONG = settings(QUICK, max_examples=int(os.environ.get("SQUALL_DIFFERENTIAL_CASES", "2500")))
"""Two tests: 5,000 cases."""

pytestmark = pytest.mark.skipif(find_toxiproxy() is None, reason="needs the real Toxiproxy, too")


def near(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE + SHARE * max(one, other)


def agree(embedded: Met, real: Met) -> bool:
    """Whether one end met the same with both."""
    same = (embedded.size, embedded.end) == (real.size, real.end)
    return same and near(embedded.last_at, real.last_at) and near(embedded.end_at, real.end_at)


def explanation(plan: Plan, side: str, embedded: Met, real: Met) -> str:
    """The row of the differences that explains why one end met something else; empty: none."""
    kinds = plan.kinds("downstream" if side == "client" else "upstream")
    if _is_reset(embedded, real) and any(toxic.kind == "reset_peer" for toxic in plan.toxics):
        return "reset-toxicity"
    if _left_unread(plan, side, embedded, real):
        return "unread-bytes"
    if _changed_while_held(plan):
        return "changes-keep"
    lost = real.end != "open" and real.size <= embedded.size
    if lost and _spared_timeout_removed(plan):
        return "timeout-not-hit"
    first = next((n for n, kind in enumerate(kinds) if kind in DELAYERS), len(kinds))
    same = (embedded.size, embedded.end) == (real.size, real.end)
    if same and "latency" in kinds[first + 1 :] and embedded.last_at > real.last_at:
        return "delays-add-up"
    return ""


def _is_reset(embedded: Met, real: Met) -> bool:
    return embedded.end == "closed" and real.end == "reset" and real.size <= embedded.size


def _left_unread(plan: Plan, side: str, embedded: Met, real: Met) -> bool:
    """Whether Toxiproxy did not read what this side sent, or what was sent to it when it left."""
    directions = ("upstream", "downstream") if side == "client" else ("downstream", "upstream")
    out, into = (set(plan.kinds(direction)) for direction in directions)
    who = plan.ending.side if plan.ending is not None else ""
    if who == side and READS_NO_FURTHER & into and real.size < embedded.size:
        return real.end != "open"
    unread = ENDERS | (READS_NO_FURTHER if who not in {side, ""} else set())
    return _is_reset(embedded, real) and bool(unread & out) and plan.sent(side) > 0


def _changed_while_held(plan: Plan) -> bool:
    """A toxic was added, changed or removed behind traffic, in a direction that may hold some."""
    toxics = plan.all_toxics
    traffic, added = False, len(plan.toxics)
    for step in plan.steps:
        match step:
            case Send():
                traffic = True
                continue
            case Add():
                number, added = added, added + 1
            case Change(number, _) | Remove(number):
                pass
            case _:
                continue
        kinds = set(plan.kinds(toxics[number].stream))
        timers = {"timeout", "reset_peer", "slow_close"} & kinds
        if timers or (traffic and HOLDERS & kinds):
            return True
    return False


def _spared_timeout_removed(plan: Plan) -> bool:
    removed = [plan.all_toxics[step.number] for step in plan.steps if isinstance(step, Remove)]
    return any(toxic.kind == "timeout" and not toxic.toxicity for toxic in removed)


class ToxiproxyHungError(Exception):
    """The real API did not answer while a toxic was changed: the row ``removal-hangs``."""


def compare(servers: Servers, plan: Plan) -> None:
    """Play the plan on both, and again when they differ."""
    problems: list[str] = []
    for _ in range(TRIES):
        try:
            stories = asyncio.run(_both(servers, plan))
        except ToxiproxyHungError:
            servers.drop("toxiproxy")
            event("explained by removal-hangs")
            return
        problems = list(_problems(plan, *stories))
        if not problems:
            return
    pytest.fail("\n".join([f"{plan}", *problems]))


async def _both(servers: Servers, plan: Plan) -> list[dict[str, Met]]:
    name = f"differential{next(NUMBERS)}"
    players = [Player(servers.api(engine), name) for engine in ("embedded", "toxiproxy")]
    plays = (player.play(plan) for player in players)
    ours, theirs = await asyncio.gather(*plays, return_exceptions=True)
    if isinstance(ours, BaseException):
        raise ours
    if isinstance(theirs, TimeoutError) and plan.changed:
        raise ToxiproxyHungError
    if isinstance(theirs, BaseException):
        raise theirs
    return [ours, theirs]


def _problems(plan: Plan, embedded: dict[str, Met], real: dict[str, Met]) -> Iterator[str]:
    for side in ("client", "server"):
        ours, theirs = embedded[side], real[side]
        if not (ours.intact and theirs.intact):
            yield f"{side}: bytes are wrong: embedded {ours}, real {theirs}"
        elif "left" in (ours.end, theirs.end):
            continue  # what reached it before it left is a race
        elif not agree(ours, theirs):
            row = explanation(plan, side, ours, theirs)
            assert row in {"", *DIFFERENCES}, row
            if row:
                event(f"explained by {row}")
            else:
                yield f"{side}: embedded {ours}, real {theirs}"


@QUICK
@given(plan=plans(live=False))
def test_toxics_that_stay(servers: Servers, plan: Plan) -> None:
    compare(servers, plan)


@QUICK
@given(plan=plans(live=True))
def test_toxics_that_come_change_and_go(servers: Servers, plan: Plan) -> None:
    compare(servers, plan)


@pytest.mark.proof
@pytest.mark.timeout(7200)
@LONG
@given(plan=plans(live=False))
def test_thousands_of_plans_with_toxics_that_stay(servers: Servers, plan: Plan) -> None:
    compare(servers, plan)


@pytest.mark.proof
@pytest.mark.timeout(7200)
@LONG
@given(plan=plans(live=True))
def test_thousands_of_plans_with_toxics_that_come_change_and_go(
    servers: Servers, plan: Plan
) -> None:
    compare(servers, plan)
