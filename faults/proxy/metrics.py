"""``/metrics`` in Prometheus' text format, under Toxiproxy's names and some of our own.

Toxiproxy counts the bytes of a connection once, when it ends; here they count while it lives.
"""

from __future__ import annotations

import platform
import resource
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from faults.proxy.collection import Collection
from faults.proxy.proxy import Proxy

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"


OURS = (
    ("squall_proxy_connections_total", "counter", "accepted"),
    ("squall_proxy_connections_open", "gauge", "open"),
    ("squall_proxy_dial_errors_total", "counter", "dial_errors"),
    ("squall_proxy_resets_total", "counter", "reset"),
)
"""What Toxiproxy does not count."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What the two flags ask for; without either, there is no such page."""

    proxies: Collection
    of_proxies: bool = False
    of_runtime: bool = False

    @property
    def on(self) -> bool:
        """Whether the page exists."""
        return self.of_proxies or self.of_runtime

    def text(self) -> str:
        """The page."""
        lines: list[str] = []
        if self.of_runtime:
            lines += _runtime()
        if self.of_proxies:
            lines += self._traffic()
        return "\n".join([*lines, ""])

    def _traffic(self) -> Iterator[str]:
        proxies = [proxy for _, proxy in sorted(self.proxies.proxies.items())]
        for way, key in (("received", "bytes"), ("sent", "sent_bytes")):
            samples = [
                (_labels(direction, proxy), proxy.traffic()[f"{direction}_{key}"])
                for direction in ("downstream", "upstream")
                for proxy in proxies
            ]
            yield from _metric(f"toxiproxy_proxy_{way}_bytes_total", "counter", samples)
        for name, kind, key in OURS:
            yield from _metric(
                name, kind, [({"proxy": proxy.name}, proxy.traffic()[key]) for proxy in proxies]
            )
        yield from _metric("squall_toxic_bites_total", "counter", _bites(proxies))


def _bites(proxies: Iterable[Proxy]) -> Iterator[tuple[Mapping[str, str], float]]:
    for proxy in proxies:
        for toxic in proxy.toxics.values():
            labels = {"proxy": proxy.name, "toxic": toxic.name, "type": toxic.type}
            yield labels, toxic.tally.bites


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
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{shown}}} {value}" if shown else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
