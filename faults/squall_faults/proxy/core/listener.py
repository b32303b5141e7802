"""Listen addresses: ``host:port`` as people write them, and whether two mean the same."""

from __future__ import annotations

import asyncio
import socket

from squall_faults.proxy.core.address import split_address
from squall_faults.proxy.errors import ApiError, BindError

ANYWHERE = "127.0.0.1:0"
"""Where a proxy listens that was given no address: Toxiproxy would listen on all interfaces."""


async def resolve(listen: str) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """Family, host address and port; IPv4 is preferred, an empty host means loopback.

    Raises:
        ApiError: no port, no such port, or an unknown host (status 500, as Toxiproxy).
    """
    host, port = split_address(listen or ANYWHERE)
    host = host or "127.0.0.1"
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        raise ApiError(f"lookup {host}: {error}", 500) from error
    family, _, _, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
    return family, (str(address[0]), int(address[1]))


async def same_address(listen: str, bound: str) -> bool:
    """Whether ``listen`` is the address ``bound``, by another name perhaps."""
    if listen == bound:
        return True
    _, wanted = await resolve(listen)
    try:
        return wanted == (await resolve(bound))[1]
    except ApiError:  # what a disabled proxy was given is not checked
        return False


async def open_listener(listen: str, backlog: int) -> socket.socket:
    """A listening socket.

    Raises:
        ApiError: the address is bad or in use; status 500, as Toxiproxy.
    """
    try:
        family, address = await resolve(listen)
    except ApiError as error:
        raise ApiError(f"listen tcp: {error.text}", error.status) from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind(address)
        listener.listen(backlog)
    except OSError as error:
        listener.close()
        raise BindError(format_address(address), error) from error
    return listener


def format_address(address: tuple[str, int]) -> str:
    """``host:port``, with brackets around an IPv6 address."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
