"""Listen addresses, resolved by a resolver that the test owns."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from faults.proxy import listening
from faults.proxy.errors import ApiError

ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "both": [(socket.AF_INET6, ("::1", 5, 0, 0)), (socket.AF_INET, ("127.0.0.1", 5))],
    "six": [(socket.AF_INET6, ("::1", 5, 0, 0))],
}


@pytest.fixture(autouse=True)
async def resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(host: str, *_: object, **__: object) -> list[Any]:
        if host not in ANSWERS:
            raise socket.gaierror(-2, "Name or service not known")
        return [(family, socket.SOCK_STREAM, 6, "", address) for family, address in ANSWERS[host]]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)


async def test_ipv4_is_preferred() -> None:
    assert await listening.resolved("both:5") == (socket.AF_INET, ("127.0.0.1", 5))
    assert await listening.resolved("six:5") == (socket.AF_INET6, ("::1", 5))


async def test_two_names_of_one_address_are_the_same() -> None:
    assert await listening.same("both:5", "both:5")
    assert not await listening.same("both:5", "six:5")
    assert not await listening.same("both:5", "never checked")


@pytest.mark.parametrize(
    ("listen", "words"),
    [
        ("none", "address none: missing port in address"),
        ("both:x", "lookup tcp/x: unknown port"),
        ("both:65536", "address 65536: invalid port"),
        ("none:1", "lookup none: "),
    ],
)
async def test_bad_addresses_are_told(listen: str, words: str) -> None:
    with pytest.raises(ApiError, match=words) as refused:
        await listening.resolved(listen)
    assert refused.value.status == 500


def test_ipv6_is_shown_in_brackets() -> None:
    assert listening.shown(("::1", 5)) == "[::1]:5"
    assert listening.shown(("127.0.0.1", 5)) == "127.0.0.1:5"
