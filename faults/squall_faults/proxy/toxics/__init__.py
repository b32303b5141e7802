"""The toxics by Toxiproxy's type names: their attributes, and how each is built on a link."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from squall_faults.proxy.toxics.bandwidth import BandwidthStage
from squall_faults.proxy.toxics.latency import LatencyStage
from squall_faults.proxy.toxics.limit_data import LimitDataStage
from squall_faults.proxy.toxics.reset_peer import ResetPeerStage
from squall_faults.proxy.toxics.slicer import SlicerStage
from squall_faults.proxy.toxics.slow_close import SlowCloseStage
from squall_faults.proxy.toxics.stage import ConnectionHandle, Stage
from squall_faults.proxy.toxics.timeout import TimeoutStage

Build = Callable[[ConnectionHandle, Mapping[str, int], random.Random], Stage]


@dataclass(frozen=True, slots=True)
class ToxicKind:
    """One type of toxic: its attributes in Toxiproxy's order, with Go's types; all 0 by default."""

    types: Mapping[str, str]
    build: Build

    @property
    def shown(self) -> tuple[str, ...]:
        """Those that are shown even when they were not given: Toxiproxy's own."""
        return tuple(name for name, kind in self.types.items() if kind != "flag")


def _wide(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "int64")


KINDS: dict[str, ToxicKind] = {
    "bandwidth": ToxicKind(_wide("rate"), lambda c, a, _: BandwidthStage(c, a)),
    "latency": ToxicKind(_wide("latency", "jitter"), LatencyStage),
    "limit_data": ToxicKind(_wide("bytes"), lambda c, a, _: LimitDataStage(c, a)),
    "noop": ToxicKind(_wide(), lambda c, a, _: Stage(c, a)),
    "reset_peer": ToxicKind(
        _wide("timeout") | {"immediate": "flag"}, lambda c, a, _: ResetPeerStage(c, a)
    ),
    "slicer": ToxicKind(
        dict.fromkeys(("average_size", "size_variation", "delay"), "int"), SlicerStage
    ),
    "slow_close": ToxicKind(_wide("delay"), lambda c, a, _: SlowCloseStage(c, a)),
    "timeout": ToxicKind(_wide("timeout"), lambda c, a, _: TimeoutStage(c, a)),
}


def refusal(kind: str, attributes: Mapping[str, int]) -> str:
    """Why these values cannot be served, or empty; Toxiproxy takes them and may crash."""
    negative = [name for name, value in attributes.items() if value < 0]
    if negative:
        return f"{negative[0]} must not be negative, got {attributes[negative[0]]}"
    if kind == "slicer":
        if attributes["average_size"] < 1:
            return f"average_size must be at least 1, got {attributes['average_size']}"
        if attributes["size_variation"] > attributes["average_size"]:
            return "size_variation must not be larger than average_size"
    return ""
