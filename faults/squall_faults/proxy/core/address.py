"""``host:port`` as people write it, and as Go reads it: a port may be a service's name."""

from __future__ import annotations

import socket

from squall_faults.proxy.errors import ApiError

LARGEST_PORT = 65_535
LONGEST_LABEL = 63
"""RFC 1035; Python's encoder of names raises errors of its own for longer ones."""


def split_address(address: str) -> tuple[str, int]:
    """Host, perhaps empty, and port; an empty port is 0.

    Raises:
        ApiError: no port, no such port, or a name that no resolver can be asked for (status 500).
    """
    host, separator, port = address.rpartition(":")
    if not separator:
        raise ApiError(f"address {address}: missing port in address", 500)
    host = host.removeprefix("[").removesuffix("]")
    number = _port(port)
    labels = host.rstrip(".").split(".") if host else []
    if any(not 0 < len(label) <= LONGEST_LABEL for label in labels) or not _encodes(host):
        raise ApiError(f"lookup {host}: no such host", 500)
    return host, number


def _port(text: str) -> int:
    if text.isascii() and text.isdigit():
        if len(text) > 5 or int(text) > LARGEST_PORT:  # noqa: PLR2004 - no long text becomes a number
            raise ApiError(f"address {text}: invalid port", 500)
        return int(text)
    try:
        return socket.getservbyname(text, "tcp") if text else 0
    except (OSError, ValueError) as error:
        raise ApiError(f"lookup tcp/{text}: unknown port", 500) from error


def _encodes(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return host != "*" and "\0" not in host
