"""Requests that name a host and go to a proxy: the name is in the Host header and in TLS.

https://shop.example:41234 ──▶ 127.0.0.1:41234 ──▶ proxy ──▶ shop.example:443
"""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult


class FixedRoute(AbstractResolver):
    """Every name leads to one address."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - as aiohttp has it
    ) -> list[ResolveResult]:
        """The address, whatever the name."""
        found = ResolveResult(
            hostname=host, host=self._address, port=port, family=_family(self._address), proto=0,
            flags=socket.AI_NUMERICHOST,
        )  # fmt: skip
        return [found]

    async def close(self) -> None:
        """Nothing is held."""


def fixed_route(address: str) -> FixedRoute | None:
    """The route to this IP address; None, which means DNS, if it is empty."""
    return FixedRoute(address) if address else None


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
