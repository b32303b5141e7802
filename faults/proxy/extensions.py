"""What Toxiproxy's API does not have: paths below a proxy that its clients never ask for.

GET    /proxies/{p}/traffic              counters, valid while connections live
POST   /proxies/{p}/reset_connections    RST to every live connection, idle ones too
POST   /proxies/{p}/silence_connections  every live connection goes silent for good
POST   /proxies/{p}/close_silent         closes those
GET    /proxies/{p}/rules                rules on PostgreSQL's messages, with their counters
POST   /proxies/{p}/rules                arm one (see faults.proxy.postgres.rules)
GET    /proxies/{p}/rules/{id}           one of them
DELETE /proxies/{p}/rules/{id}           disarm it; what it holds is let go
"""

from __future__ import annotations

from typing import Any

from faults.proxy.body import decoded
from faults.proxy.errors import ApiError
from faults.proxy.proxy import Proxy

Answer = tuple[int, Any]


def methods(parts: list[str]) -> tuple[str, ...]:
    """The methods of a path ``["proxies", name, …]``, or nothing when there is no such path."""
    match parts[2:]:
        case ["traffic"]:
            return ("GET",)
        case ["reset_connections"] | ["silence_connections"] | ["close_silent"]:
            return ("POST",)
        case ["rules"]:
            return ("GET", "POST")
        case ["rules", _]:
            return ("GET", "DELETE")
    return ()


def answer(proxy: Proxy, method: str, parts: list[str], raw: bytes) -> Answer:
    """Answer a request for which :func:`methods` has this method."""
    match [method, *parts[2:]]:
        case ["GET", "traffic"]:
            return 200, proxy.traffic()
        case [_, "reset_connections"]:
            return 200, {"reset": proxy.reset_connections()}
        case [_, "silence_connections"]:
            return 200, {"silenced": proxy.silence_connections()}
        case [_, "close_silent"]:
            return 200, {"closed": proxy.close_silent()}
        case _:
            return _rules(proxy, method, parts[3:], raw)


def _rules(proxy: Proxy, method: str, rule_id: list[str], raw: bytes) -> Answer:
    if not rule_id:
        if method == "GET":
            return 200, proxy.wire.shown()
        return 201, proxy.wire.arm(decoded(raw))
    if rule_id[0] not in proxy.wire:
        raise ApiError("rule not found", 404)
    if method == "GET":
        return 200, proxy.wire.one(rule_id[0])
    proxy.wire.disarm(rule_id[0])
    return 204, None
