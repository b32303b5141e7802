"""Listen addresses, resolved by a resolver that the test owns."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from squall_faults.proxy.core import listener
from squall_faults.proxy.errors import ApiError

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
    assert await listener.resolve("both:5") == (socket.AF_INET, ("127.0.0.1", 5))
    assert await listener.resolve("six:5") == (socket.AF_INET6, ("::1", 5))


async def test_a_port_may_be_empty_or_the_name_of_a_service() -> None:
    asked: list[int] = []

    async def answer(_: str, port: int, **__: object) -> list[Any]:
        asked.append(port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    asyncio.get_running_loop().getaddrinfo = answer  # type: ignore[method-assign, assignment]
    for listen in ("both:", "both:postgresql", ":http-alt", "[::1]:5"):
        await listener.resolve(listen)
    assert asked == [0, 5432, 8080, 5]


async def test_two_names_of_one_address_are_the_same() -> None:
    assert await listener.same_address("both:5", "both:5")
    assert not await listener.same_address("both:5", "six:5")
    assert not await listener.same_address("both:5", "never checked")


@pytest.mark.parametrize(
    ("listen", "words"),
    [
        ("none", "address none: missing port in address"),
        ("both:x", "lookup tcp/x: unknown port"),
        ("both:65536", "address 65536: invalid port"),
        ("none:1", "lookup none: "),
        ("*:1", r"lookup \*: no such host"),
        ("a..b:1", "lookup a..b: no such host"),
        ("x" * 64 + ":1", "lookup x+: no such host"),
        ("both:²", "lookup tcp/²: unknown port"),
    ],
)
async def test_bad_addresses_are_told(listen: str, words: str) -> None:
    with pytest.raises(ApiError, match=words) as refused:
        await listener.resolve(listen)
    assert refused.value.status == 500


def test_ipv6_is_shown_in_brackets() -> None:
    assert listener.format_address(("::1", 5)) == "[::1]:5"
    assert listener.format_address(("127.0.0.1", 5)) == "127.0.0.1:5"
