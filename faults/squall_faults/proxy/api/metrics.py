"""``/metrics`` in Prometheus' text format, under Toxiproxy's names and some of our own.

Toxiproxy counts the bytes of a connection once, when it ends; here they count while it lives.
"""

from __future__ import annotations

import platform
import resource
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from squall_faults.proxy.core.collection import Collection
from squall_faults.proxy.core.proxy import Proxy
from squall_faults.proxy.turns import Pause

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"

HELP = {
    "toxiproxy_proxy_received_bytes_total": "The total number of bytes received on a given proxy "
    "in a given direction",
    "toxiproxy_proxy_sent_bytes_total": "The total number of bytes sent from a given proxy in a "
    "given direction",
    "squall_proxy_connections_total": "Client connections accepted",
    "squall_proxy_connections_open": "Client connections that are open",
    "squall_proxy_dial_errors_total": "Connections whose upstream could not be dialled",
    "squall_proxy_resets_total": "Connections reset through the API",
    "squall_proxy_refused_total": "Clients refused because no file descriptor was left",
    "squall_toxic_bites_total": "Chunks, ends and connections that a toxic acted on",
    "squall_toxic_bytes_total": "Bytes that a toxic delayed, cut, held or swallowed",
    "python_info": "Python platform information",
    "process_cpu_seconds_total": "Total user and system CPU time spent in seconds",
    "process_max_resident_memory_bytes": "Largest resident memory size in bytes",
}
"""What each metric counts; the first two as Toxiproxy says it."""

OURS = (
    ("squall_proxy_connections_total", "counter", "accepted"),
    ("squall_proxy_connections_open", "gauge", "open"),
    ("squall_proxy_dial_errors_total", "counter", "dial_errors"),
    ("squall_proxy_resets_total", "counter", "reset"),
    ("squall_proxy_refused_total", "counter", "refused"),
)
"""What Toxiproxy does not count."""


@dataclass(frozen=True, slots=True)
class EngineMetrics:
    """What the two flags ask for; without either, the page does not exist."""

    proxies: Collection
    of_proxies: bool = False
    of_runtime: bool = False

    @property
    def on(self) -> bool:
        """Whether the page exists."""
        return self.of_proxies or self.of_runtime

    async def text(self) -> str:
        """The page."""
        lines: list[str] = []
        if self.of_runtime:
            lines += _runtime()
        if self.of_proxies:
            pause = Pause()
            traffic = []
            for _, proxy in sorted(self.proxies.proxies.items()):
                traffic.append((proxy, proxy.traffic()))
                await pause()
            for line in _traffic(traffic):
                lines.append(line)
                await pause()
        return "\n".join([*lines, ""])


def _traffic(traffic: list[tuple[Proxy, dict[str, Any]]]) -> Iterator[str]:
    for way, key in (("received", "bytes"), ("sent", "sent_bytes")):
        samples = [
            (_labels(direction, proxy), seen[f"{direction}_{key}"])
            for direction in ("downstream", "upstream")
            for proxy, seen in traffic
        ]
        yield from _metric(f"toxiproxy_proxy_{way}_bytes_total", "counter", samples)
    for name, kind, key in OURS:
        samples = [({"proxy": proxy.name}, seen[key]) for proxy, seen in traffic]
        yield from _metric(name, kind, samples)
    for what in ("bites", "bytes"):
        yield from _metric(
            f"squall_toxic_{what}_total", "counter", _acts([proxy for proxy, _ in traffic], what)
        )


def _acts(proxies: Iterable[Proxy], what: str) -> Iterator[tuple[Mapping[str, str], float]]:
    for proxy in proxies:
        for toxic in proxy.toxics.values():
            labels = {"proxy": proxy.name, "toxic": toxic.name, "type": toxic.type}
            yield labels, toxic.tally.shown()[what]


def _labels(direction: str, proxy: Proxy) -> Mapping[str, str]:
    return {
        "direction": direction,
        "listener": proxy.listen,
        "proxy": proxy.name,
        "upstream": proxy.upstream,
    }


def _runtime() -> Iterator[str]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    version = platform.python_version()
    named = {"implementation": sys.implementation.name, "version": version}
    yield from _metric("python_info", "gauge", [(named, 1)])
    seconds = used.ru_utime + used.ru_stime
    yield from _metric("process_cpu_seconds_total", "counter", [({}, seconds)])
    yield from _metric("process_max_resident_memory_bytes", "gauge", [({}, used.ru_maxrss * 1024)])


def _metric(
    name: str, kind: str, samples: Iterable[tuple[Mapping[str, str], float]]
) -> Iterator[str]:
    yield f"# HELP {name} {HELP[name]}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{shown}}} {value}" if shown else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
