"""Proxies and toxics as the API shows them: Toxiproxy's keys in its order, then ours if in use."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

from squall_faults.proxy.core.proxy import Proxy
from squall_faults.proxy.core.proxy_toxic import ProxyToxic

LARGEST_PLAIN = 1e21
"""From here on Go writes numbers with an exponent."""


def encode_json(body: object) -> bytes:
    """JSON as Go writes it: no spaces, no HTML characters, everything else as it is."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":  # they only occur inside strings
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", errors="replace")


def proxy_shape(proxy: Proxy) -> dict[str, Any]:
    """One proxy; ``Logger`` is what Toxiproxy leaks, and some clients expect it by now."""
    return {
        "name": proxy.name,
        "listen": proxy.listen,
        "upstream": proxy.upstream,
        "enabled": proxy.enabled,
        "Logger": {},
        "toxics": toxics_shape(proxy),
        **({"refuse_when_upstream_down": True} if proxy.refusal.wanted else {}),
    }


def toxics_shape(proxy: Proxy) -> list[dict[str, Any]]:
    """Upstream toxics first, then downstream, each in chain order."""
    ordered = sorted(proxy.toxics.values(), key=lambda toxic: not toxic.upstream)
    return [toxic_shape(toxic) for toxic in ordered]


def toxic_shape(toxic: ProxyToxic) -> dict[str, Any]:
    """One toxic."""
    return {
        "attributes": toxic.attributes,
        "name": toxic.name,
        "type": toxic.type,
        "stream": toxic.stream,
        "toxicity": _number(toxic.toxicity),
        **{key: value for key, value in _ours(toxic) if value},
    }


def _ours(toxic: ProxyToxic) -> Iterator[tuple[str, object]]:
    yield "scope", "" if toxic.scope == "all" else toxic.scope
    yield "connections", toxic.connections
    yield "first_bytes", toxic.first_bytes


def _number(value: float) -> float | int:
    """The shortest number that is ``value`` in single precision; whole ones without a point."""
    if value == int(value) and abs(value) < LARGEST_PLAIN:
        return int(value)
    candidates = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    return next((number for number in candidates if _single(number) == value), value)


def _single(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return value
