"""Addresses as options give them: taken apart, or refused with the correct form."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from squall.core.errors import UsageError
from squall.lab.endpoint import Endpoint


def split_address(option: str, url: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    """The parts of an address.

    Raises:
        UsageError: it is none; it is not repeated, because it may contain a password.
    """
    try:
        parts = urlsplit(url)
        known = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise UsageError(f"{option} cannot be understood; write it like {example}")
    return parts


def endpoint_of(option: str, text: str, example: str) -> Endpoint:
    """``HOST:PORT``.

    Raises:
        UsageError: it is something else.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:  # noqa: PLR2004 - TCP's ports
        raise UsageError(f"{option} {text!r}: write HOST:PORT, such as {example}")
    return Endpoint(host, int(port))


def is_ip(host: str) -> bool:
    """Whether it is an IP address, and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether it is this machine, by its address or as localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
