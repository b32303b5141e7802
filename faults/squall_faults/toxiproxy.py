"""One proxy of a server with Toxiproxy's HTTP API, as faults see it; for either engine.

The real Toxiproxy counts bytes only when a connection ends, so a second engine behind it, the
``meter``, tells what passes while connections live:

    app ──▶ Toxiproxy (faults) ──▶ embedded engine (meter) ──▶ PostgreSQL

What the real one cannot do at all is done there, too: toxics on some connections only, silencing
connections that exist, and rules on PostgreSQL's messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from squall_faults.in_force import InForce, ToxicTally
from squall_faults.lease import LeaseKeeper
from squall_faults.ports import EVERYTHING, Direction, Target, Traffic
from squall_faults.toxiproxy_server import ToxiproxyServer

__all__ = ["ToxiproxyProxy", "ToxiproxyServer"]

TTL_SECONDS = 60.0
"""Faults of the embedded engine heal by themselves this long after the last renewal."""


class ToxiproxyProxy:
    """One proxy of a server; implements the ports ``NetworkProxy`` and ``WireProxy``."""

    def __init__(
        self,
        server: ToxiproxyServer,
        name: str,
        *,
        meter: ToxiproxyServer | None = None,
        ttl_seconds: float = TTL_SECONDS,
    ) -> None:
        self._server = server
        self._name = name
        self._path = f"/proxies/{quote(name, safe='')}"
        self._meter = meter or server
        self._embedded = meter is None
        self._ttl_ms = {"ttl_ms": int(ttl_seconds * 1000)}
        self._ttl = self._ttl_ms if self._embedded else {}
        self._keeper = LeaseKeeper(self._renew, ttl_seconds)
        self._targeted: set[str] = set()
        """Toxics that the meter's engine holds, because they hit some connections only."""

    @property
    def name(self) -> str:
        """Name of the proxy in its engine."""
        return self._name

    @property
    def resets_live_connections(self) -> bool:
        """Only the embedded engine can."""
        return self._embedded

    async def add_toxic(
        self,
        name: str,
        kind: str,
        *,
        stream: Direction,
        attributes: Mapping[str, int],
        target: Target = EVERYTHING,
    ) -> None:
        """POST the toxic. Which connections it hits is never left to an unseeded chance."""
        body = {
            "name": name,
            "type": kind,
            "stream": stream,
            "toxicity": target.share,
            "attributes": dict(attributes),
        }
        self._keeper.hold(f"toxic {name}")
        if target == EVERYTHING:
            await self._server.post(f"{self._path}/toxics", {**body, **self._ttl})
            return
        self._targeted.add(name)
        hits = {"scope": target.scope, "connections": target.connections}
        await self._meter.post(f"{self._path}/toxics", {**body, **hits, **self._ttl_ms})

    async def update_toxic(self, name: str, *, attributes: Mapping[str, int]) -> None:
        """POST the new attributes: every server takes POST, PATCH came with 2.6.0."""
        path = f"{self._path}/toxics/{quote(name, safe='')}"
        server, ttl = self._holder(name)
        await server.post(path, {"attributes": dict(attributes), **ttl})

    async def remove_toxic(self, name: str) -> None:
        """DELETE the toxic, if it is there."""
        server, _ = self._holder(name)
        self._keeper.release(f"toxic {name}")
        await server.delete(f"{self._path}/toxics/{quote(name, safe='')}")
        self._targeted.discard(name)

    def _holder(self, name: str) -> tuple[ToxiproxyServer, Mapping[str, int]]:
        if name in self._targeted:
            return self._meter, self._ttl_ms
        return self._server, self._ttl

    async def disable(self) -> None:
        """Stop listening and close every connection."""
        self._keeper.hold("disabled")
        await self._server.post(self._path, {"enabled": False, **self._ttl})

    async def enable(self) -> None:
        """Listen on the same port as before."""
        self._keeper.release("disabled")
        await self._server.post(self._path, {"enabled": True})

    async def reset_connections(self) -> int:
        """An extension of the embedded engine."""
        return int((await self._server.post(f"{self._path}/reset_connections", {}))["reset"])

    async def silence_connections(self) -> int:
        """An extension of the embedded engine: in front, or behind a real Toxiproxy."""
        return int((await self._meter.post(f"{self._path}/silence_connections", {}))["silenced"])

    async def close_silent(self) -> int:
        """Close the connections that were silenced; how many there still were."""
        return int((await self._meter.post(f"{self._path}/close_silent", {}))["closed"])

    async def arm(self, rule: Mapping[str, Any]) -> str:
        """POST a rule on PostgreSQL's messages to the embedded engine."""
        made = await self._meter.post(f"{self._path}/rules", {**rule, **self._ttl_ms})
        self._keeper.hold(f"rule {made['id']}")
        return str(made["id"])

    async def disarm(self, rule_id: str) -> None:
        """DELETE a rule, if it is there."""
        self._keeper.release(f"rule {rule_id}")
        await self._meter.delete(f"{self._path}/rules/{quote(rule_id, safe='')}")

    async def bites(self, rule_id: str) -> int:
        """How often a rule has acted."""
        rule = await self._meter.get(f"{self._path}/rules/{quote(rule_id, safe='')}")
        return int(rule["bites"])

    async def _renew(self) -> None:
        await self._meter.post(f"{self._path}/lease", self._ttl_ms)

    async def in_force(self) -> InForce:
        """What is in force now; what only a real Toxiproxy holds is asked there, too."""
        seen = await self._meter.get(f"{self._path}/lease")
        front = seen if self._embedded else await self._server.get(self._path)
        toxics = () if self._embedded else (toxic["name"] for toxic in front["toxics"])
        return InForce(
            identity=str(seen["identity"]),
            enabled=bool(front["enabled"]),
            toxics=frozenset([*seen["toxics"], *toxics]),
            rules=frozenset(seen["rules"]),
            lapsed=tuple(seen["lapsed"]),
        )

    async def traffic(self) -> Traffic:
        """Counters of this proxy, or of the meter behind it."""
        seen = await self._meter.get(f"{self._path}/traffic")
        return Traffic(
            open=seen["open"],
            accepted=seen["accepted"],
            upstream_bytes=seen["upstream_bytes"],
            downstream_bytes=seen["downstream_bytes"],
            statements=seen.get("statements"),
            settings=seen.get("settings", {}),
            toxics={name: _tally(did) for name, did in seen.get("toxics", {}).items()},
            tallied=self._embedded,
        )


def _tally(did: Mapping[str, int]) -> ToxicTally:
    known = {key: did[key] for key in ("bytes", "ended", "ends", "connections")}
    return ToxicTally(**known)
