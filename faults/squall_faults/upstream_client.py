"""The stand-in of an HTTP server as faults see it; implements the port ``UpstreamServer``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from squall_faults.in_force import InForce
from squall_faults.lease import LeaseKeeper
from squall_faults.ports import UpstreamTally
from squall_faults.toxiproxy_server import ToxiproxyServer

TTL_SECONDS = 60.0
"""Rules end by themselves this long after the last renewal."""


class StandInClient:
    """Arms and disarms rules, and reads what arrived."""

    def __init__(
        self, host: str, port: int, token: str, *, ttl_seconds: float = TTL_SECONDS
    ) -> None:
        # Its API has the form of Toxiproxy's: JSON, ``error`` in a refusal, the token in a header.
        self._server = ToxiproxyServer(host, port, token=token)
        self._ttl_ms = {"ttl_ms": int(ttl_seconds * 1000)}
        self._keeper = LeaseKeeper(self._renew, ttl_seconds)

    async def version(self) -> str:
        """InjectionFailed if it does not answer."""
        return await self._server.version()

    async def arm(self, rule: Mapping[str, Any]) -> str:
        """POST a rule; its id."""
        made = await self._server.post("/rules", {**rule, **self._ttl_ms})
        self._keeper.hold(f"rule {made['id']}")
        return str(made["id"])

    async def disarm(self, rule_id: str) -> None:
        """DELETE a rule, if it is there."""
        self._keeper.release(f"rule {rule_id}")
        await self._server.delete(f"/rules/{quote(rule_id, safe='')}")

    async def bites(self, rule_id: str) -> int:
        """How often a rule has acted."""
        return int((await self._server.get(f"/rules/{quote(rule_id, safe='')}"))["bites"])

    async def in_force(self) -> InForce:
        """What is in force now."""
        seen = await self._server.get("/lease")
        return InForce(
            identity=str(seen["identity"]),
            enabled=True,
            rules=frozenset(seen["rules"]),
            lapsed=tuple(seen["lapsed"]),
        )

    async def tally(self) -> UpstreamTally:
        """The requests that arrived so far."""
        seen = await self._server.get("/tally")
        return UpstreamTally(
            requests=int(seen["requests"]),
            unknown=int(seen["unknown"]),
            keys=int(seen["keys"]),
            answered=int(seen["writes"]["answered"]),
            answered_alike=int(seen["writes"]["answered_alike"]),
            in_doubt=int(seen["writes"]["in_doubt"]),
            in_doubt_again=int(seen["writes"]["in_doubt_again"]),
            seen={
                (str(one["method"]), str(one["path"]), int(one["status"])): int(one["count"])
                for one in seen["seen"]
            },
        )

    async def _renew(self) -> None:
        await self._server.post("/lease", self._ttl_ms)
