"""The stand-in of an HTTP server: its answers, and what a client sees of each fault."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import Any

import httpx2
import pytest
import squall_faults as faults
from squall_faults import Fault, InjectionFailed, within
from squall_faults.ports import UpstreamServer
from squall_faults.stand_in import stand_in_server
from squall_faults.upstream_client import StandInClient

SECONDS = 0.4
"""Of a client that has a limit."""


async def ask(url: str, path: str = "/rates/7", method: str = "GET", **more: Any) -> str:
    """Status and length of the body, or the error's name, of a client without a pool."""
    async with httpx2.AsyncClient(base_url=url, timeout=SECONDS) as client:
        try:
            async with asyncio.timeout(2 * SECONDS):
                response = await client.request(method, path, **more)
        except (httpx2.HTTPError, TimeoutError) as error:
            return type(error).__name__
        return f"{response.status_code} {len(response.content)}"


async def test_declared_answers_are_given_and_counted(stand_in: Any) -> None:
    assert isinstance(stand_in.client, UpstreamServer)
    assert await ask(stand_in.url) == "200 64"
    assert await ask(stand_in.url, "/rates/7?key=secret") == "200 64"
    assert await ask(stand_in.url, "/rates/7", "HEAD") == "200 0"
    assert await ask(stand_in.url, "/charges", "POST", json={"amount": 3}) == "201 0"
    assert await ask(stand_in.url, "/charges/3", "DELETE") == "204 0"
    tally = await stand_in.client.tally()
    assert (tally.requests, tally.unknown) == (5, 0)
    assert tally.seen == {
        ("GET", "/rates/{id}", 200): 2,
        ("HEAD", "/rates/{id}", 200): 1,
        ("POST", "/charges", 201): 1,
        ("DELETE", "/charges/{id}", 204): 1,
    }


async def test_an_unknown_path_is_a_404_that_is_told_once_and_counted(
    stand_in: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "squall.stand_in"):
        assert (await ask(stand_in.url, "/nowhere?token=secret"))[:3] == "404"
        assert (await ask(stand_in.url, "/nowhere"))[:3] == "404"
        assert (await ask(stand_in.url, "/charges", "PUT"))[:3] == "404"
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "no answer is declared for GET /nowhere: 404",
        "no answer is declared for PUT /charges: 404",
    ]
    tally = await stand_in.client.tally()
    assert (tally.unknown, tally.seen[("GET", "/nowhere", 404)]) == (3, 2)


CHUNKED = (
    b"POST /charges HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
)
EXPECTING = (
    b"POST /charges HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
)
GET = b"GET /rates/7 HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (GET, ["200"]),
        (GET + GET, ["200", "200"]),
        (CHUNKED + GET, ["201", "200"]),
        (b"GET /rates/7 HTTP/1.0\r\n\r\n", ["200"]),
        (b"GET /rates/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + GET, ["200"]),
        (EXPECTING + b"ok", ["201"]),
        (b"\x16\x03\x01nonsense\r\n\r\n", ["400"]),
        (GET[:-2], ["400"]),
        (b"", []),
    ],
    ids=["one", "pipelined", "chunked", "old", "closing", "expecting", "tls", "half", "nothing"],
)  # fmt: skip
async def test_requests_of_every_form_are_read(
    stand_in: Any, sent: bytes, statuses: list[str]
) -> None:
    received = (await stand_in.raw(sent)).decode()
    assert re.findall(r"HTTP/1\.1 (\d+)", received) == statuses


async def test_size_and_number_are_bounded(stand_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"400 0", "ReadError", "WriteError"}
    """What is refused is not read to its end, which may reset the connection."""
    long = {"X-Long": "x" * 2 * stand_in_server.MAX_HEAD}
    assert await ask(stand_in.url, headers=long) in refused
    monkeypatch.setattr(stand_in_server, "MAX_REQUEST_BODY", 100)
    assert await ask(stand_in.url, "/charges", "POST", content=b"x" * 100) == "201 0"
    assert await ask(stand_in.url, "/charges", "POST", content=b"x" * 101) in refused
    monkeypatch.setattr(stand_in_server, "MAX_CONNECTIONS", 0)
    assert await ask(stand_in.url) == "503 0"


@pytest.mark.parametrize(
    ("fault", "sees"),
    [
        (faults.UpstreamStatus(status=429, retry_after=2), "429 45"),
        (faults.UpstreamReset(), "ReadError"),
        (faults.UpstreamReset(when="after_headers"), "ReadError"),
        (faults.CutBody(), "RemoteProtocolError"),
        (faults.SlowBody(body_ms=3_000), "TimeoutError"),
        (faults.Malformed(), "200 32"),
        (faults.Malformed(form="html"), "200 70"),
        (faults.Malformed(form="text"), "200 52"),
        (faults.Malformed(form="empty"), "200 0"),
        (faults.SlowAccept(delay_ms=60_000), "ReadTimeout"),
        (faults.WrongLength(), "ReadTimeout"),
        (faults.WrongLength(by=-10), "200 54"),
    ],
    ids=repr,
)
async def test_what_a_client_sees_of_a_fault_and_that_it_heals(
    stand_in: Any, fault: Fault, sees: str
) -> None:
    """A limit on the whole request ends the wait for a body that trickles; one on reads does not:
    it is longer than the pause between two pieces.
    """
    async with within(fault, stand_in.client) as injection:
        assert (await injection.bite()).count == 0
        assert await ask(stand_in.url) == sees
        assert (await injection.bite()).count == 1
        assert await injection.lapsed() == ""
    assert await ask(stand_in.url) == "200 64"
    assert (await stand_in.client.in_force()).rules == frozenset()


async def test_only_matching_requests_are_hit_from_the_nth_on(stand_in: Any) -> None:
    fault = faults.UpstreamStatus(method="POST", path="/charges", nth=2, times=1)
    async with within(fault, stand_in.client) as injection:
        posts = [(await ask(stand_in.url, "/charges", "POST"))[:3] for _ in range(4)]
        assert (await ask(stand_in.url))[:3] == "200"
        assert (await injection.bite()).count == 1
    assert posts == ["201", "503", "201", "201"]


@pytest.mark.parametrize(
    "fault",
    [faults.SlowBody(body_ms=60_000), faults.SlowAccept(delay_ms=60_000), faults.WrongLength()],
    ids=repr,
)
async def test_the_heal_lets_go_what_is_held(stand_in: Any, fault: Fault) -> None:
    begun = time.monotonic()
    async with httpx2.AsyncClient(base_url=stand_in.url, timeout=20) as client:
        async with within(fault, stand_in.client) as injection:
            held = asyncio.create_task(client.get("/rates/7"))
            async with asyncio.timeout(10):
                while (await injection.bite()).count < 1:  # noqa: ASYNC110 - only the stand-in knows
                    await asyncio.sleep(0.01)
        try:
            assert (await held).status_code == 200
        except httpx2.RemoteProtocolError:
            assert isinstance(fault, faults.WrongLength)  # the rest will not come
    assert time.monotonic() - begun < 10


async def test_a_late_accept_closes_idle_connections_and_only_those(stand_in: Any) -> None:
    async with httpx2.AsyncClient(base_url=stand_in.url, timeout=5) as client:
        await client.get("/rates/7")
        async with within(faults.SlowAccept(delay_ms=50), stand_in.client) as injection:
            assert (await client.get("/rates/7")).status_code == 200
            assert (await client.get("/rates/7")).status_code == 200
            assert (await injection.bite()).count == 1


async def test_the_api_needs_its_token_and_refuses_what_is_no_rule(stand_in: Any) -> None:
    stranger = StandInClient("127.0.0.1", stand_in.api_port, "wrong")
    with pytest.raises(InjectionFailed, match="token is missing or wrong"):
        await stranger.tally()
    with pytest.raises(InjectionFailed, match="do must be one of"):
        await stand_in.client.arm({"do": "burn"})
    with pytest.raises(InjectionFailed, match="no such thing"):
        await stand_in.client.bites("rule99")
    await stand_in.client.disarm("rule99")


async def test_a_write_in_doubt_that_comes_again_is_counted_by_its_body_and_key(
    stand_in: Any,
) -> None:
    async def charge(amount: int, key: str) -> None:
        headers = {"Idempotency-Key": key}
        await ask(stand_in.url, "/charges", "POST", json={"amount": amount}, headers=headers)

    async with within(faults.UpstreamReset(when="after_headers"), stand_in.client):
        await charge(1, "first")
        await charge(2, "second")
        await charge(3, "third")
    await charge(1, "first")  # found by its key
    await charge(2, "another")
    await charge(4, "fourth")
    await charge(4, "fifth")  # two clients want the same
    tally = await stand_in.client.tally()
    assert (tally.in_doubt, tally.in_doubt_again) == (3, 1)
    assert (tally.answered, tally.answered_alike) == (4, 1)
