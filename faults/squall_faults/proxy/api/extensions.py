"""What Toxiproxy's API does not have: paths below a proxy that its clients never ask for.

GET    /proxies/{p}/traffic              counters, valid while connections live
POST   /proxies/{p}/reset_connections    RST to every live connection, idle ones too
POST   /proxies/{p}/silence_connections  every live connection goes silent for good
POST   /proxies/{p}/close_silent         closes those
GET    /proxies/{p}/lease                what is in force now, and what ended by itself
POST   /proxies/{p}/lease                the same, after a new time to live for all that has one
GET    /proxies/{p}/rules                rules on messages, with their counters
POST   /proxies/{p}/rules                arm one (see squall_faults.proxy.rules: rule for
                                         PostgreSQL, command_rule for Redis)
GET    /proxies/{p}/rules/{id}           one of them
DELETE /proxies/{p}/rules/{id}           disarm it; what it holds is let go
"""

from __future__ import annotations

from typing import Any

from squall_faults.proxy.core.proxy import Proxy
from squall_faults.proxy.decode import LEASE, Fields, decode_json
from squall_faults.proxy.errors import ApiError

Answer = tuple[int, Any]


def methods(parts: list[str]) -> tuple[str, ...]:
    """The methods of a path ``["proxies", name, …]``, or nothing when the path does not exist."""
    match parts[2:]:
        case ["traffic"]:
            return ("GET",)
        case ["reset_connections"] | ["silence_connections"] | ["close_silent"]:
            return ("POST",)
        case ["rules"] | ["lease"]:
            return ("GET", "POST")
        case ["rules", _]:
            return ("GET", "DELETE")
    return ()


async def answer(proxy: Proxy, method: str, parts: list[str], raw: bytes) -> Answer:
    """Answer a request for which :func:`methods` has this method."""
    match [method, *parts[2:]]:
        case ["GET", "traffic"]:
            return 200, proxy.traffic()
        case [_, "reset_connections"]:
            return 200, {"reset": await proxy.reset_in_turns()}
        case [_, "silence_connections"]:
            return 200, {"silenced": proxy.silence_connections()}
        case [_, "close_silent"]:
            return 200, {"closed": proxy.close_silent()}
        case [_, "lease"]:
            return 200, _lease(proxy, method, raw)
        case _:
            return _rules(proxy, method, parts[3:], raw)


def _lease(proxy: Proxy, method: str, raw: bytes) -> dict[str, Any]:
    """Cheap on purpose: renewing touches no connection and no toxic, only their timers."""
    renewed: list[str] = []
    if method == "POST":
        ttl_ms = Fields(decode_json(raw), LEASE).positive("ttl_ms")
        if ttl_ms is None:
            raise ApiError("missing required field: ttl_ms", 400)
        renewed = proxy.timers.renew(ttl_ms)
    return {**proxy.in_force(), "renewed": renewed}


def _rules(proxy: Proxy, method: str, rule_id: list[str], raw: bytes) -> Answer:
    if not rule_id:
        if method == "GET":
            return 200, proxy.wire.shown()
        return 201, proxy.wire.arm(decode_json(raw))
    if rule_id[0] not in proxy.wire:
        raise ApiError("rule not found", 404)
    if method == "GET":
        return 200, proxy.wire.one(rule_id[0])
    proxy.wire.disarm(rule_id[0])
    return 204, None
