"""URLs by the URL standard, within one origin: credentials are never sent to another host."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit


class OtherOrigin(ValueError):
    """A reference leads to another host, which the text names."""


def join_same_origin(base: str, reference: str) -> str:
    """The URL to which ``reference`` on a page at ``base`` resolves.

    Raises:
        OtherOrigin: it is on another host, port or scheme, or is not a valid URL.
    """
    try:
        joined = urljoin(base, reference.strip())
        there, here = urlsplit(joined), urlsplit(base)
        same = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
    except ValueError as error:
        raise OtherOrigin(f"{reference[:100]!r} is not an address: {error}") from error
    if not same or there.username is not None or there.password is not None:
        raise OtherOrigin(f"{reference[:100]!r} leads to another host")
    return joined
