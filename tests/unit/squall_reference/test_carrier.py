"""The carrier: what its answers and its silence mean, and how often it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from squall_reference.errors import (
    CarrierAway,
    CarrierBusy,
    CarrierRefused,
    CarrierUnknown,
    ServiceError,
)
from squall_reference.resilience.deadline import deadline_in
from squall_reference.resilience.timeouts import Timeouts
from squall_reference.services.carrier import Carrier, Price, client, connect

PRICE = {"price": 1250, "currency": "EUR"}
Answer = Callable[[httpx2.Request], Awaitable[httpx2.Response]]
BODY = {"item_id": 1, "quantity": 1}


class Asked:
    """A carrier whose server is a function, and what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.requests: list[httpx2.Request] = []
        self._answer = answer
        transport = httpx2.MockTransport(self._handle)
        made = httpx2.AsyncClient(base_url="http://carrier", transport=transport)
        now = asyncio.get_running_loop().time
        self.carrier = Carrier(made, Timeouts.within(1.0), now)

    async def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return await self._answer(request)

    async def price(self) -> Price:
        return await self.carrier.price(1, deadline_in(1.0), patient=False)

    async def send(self) -> str:
        return (await self.carrier.send(BODY, "key-1", deadline_in(1.0))).label


def answering(status: int = 200, **more: Any) -> Answer:
    async def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, **more)

    return answer


async def silent(_request: httpx2.Request) -> httpx2.Response:
    await asyncio.sleep(3600)
    raise AssertionError


async def refusing(_request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("refused")


async def cutting(_request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ReadError("reset")


def test_a_price_is_what_it_says(virtual: Any) -> None:
    async def main() -> Price:
        return await Asked(answering(json=PRICE)).price()

    assert virtual(main) == Price(price=1250, currency="EUR")


@pytest.mark.parametrize(
    ("answer", "of_price", "of_parcel", "times"),
    [
        (answering(500), CarrierAway, CarrierUnknown, 2),
        (answering(503), CarrierAway, CarrierAway, 2),
        (answering(503, headers={"Retry-After": "2"}), CarrierBusy, CarrierBusy, 1),
        (answering(429, headers={"Retry-After": "2"}), CarrierBusy, CarrierBusy, 1),
        (answering(401), CarrierRefused, CarrierRefused, 1),
        (answering(302), CarrierAway, CarrierUnknown, 2),
        (answering(html="<p>Sorry"), CarrierAway, CarrierUnknown, 2),
        (answering(content=b""), CarrierAway, CarrierUnknown, 2),
        (answering(json={"price": -1, "currency": "EUR"}), CarrierAway, CarrierUnknown, 2),
        (refusing, CarrierAway, CarrierAway, 2),
        (cutting, CarrierAway, CarrierUnknown, 2),
        (silent, CarrierAway, CarrierUnknown, 2),
    ],
)
def test_what_an_answer_means_and_how_often_it_is_asked_for(
    virtual: Any,
    answer: Answer,
    of_price: type[ServiceError],
    of_parcel: type[ServiceError],
    times: int,
) -> None:
    for ask, expected in ((Asked.price, of_price), (Asked.send, of_parcel)):

        async def main(ask: Any = ask) -> tuple[type[BaseException], int, float]:
            asked = Asked(answer)
            began = asyncio.get_running_loop().time()
            with pytest.raises(ServiceError) as caught:
                await ask(asked)
            return caught.type, len(asked.requests), asyncio.get_running_loop().time() - began

        kind, count, seconds = virtual(main)
        assert (kind, count) == (expected, times)
        assert seconds < 0.61, "time is left for the database"


def test_each_attempt_has_the_callers_key(virtual: Any) -> None:
    async def main() -> set[str]:
        asked = Asked(answering(500))
        with pytest.raises(CarrierUnknown):
            await asked.send()
        assert len(asked.requests) == 2
        return {request.headers["Idempotency-Key"] for request in asked.requests}

    assert virtual(main) == {"key-1"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "2"}, 2),
        ({"Retry-After": "0.5"}, 1),
        (
            {
                "Date": "Mon, 30 Nov 2026 09:00:00 GMT",
                "Retry-After": "Mon, 30 Nov 2026 09:00:03 GMT",
            },
            3,
        ),
        ({"Retry-After": "86400"}, 60),
    ],
)
def test_the_pause_that_it_asks_for_is_kept_and_told(
    virtual: Any, headers: dict[str, str], seconds: int
) -> None:
    async def main() -> tuple[int | None, int, int]:
        asked = Asked(answering(429, headers=headers))
        with pytest.raises(CarrierBusy) as caught:
            await asked.price()
        with pytest.raises(CarrierBusy):
            await asked.price()
        meanwhile = len(asked.requests)
        await asyncio.sleep(seconds)
        with pytest.raises(CarrierBusy):
            await asked.price()
        return caught.value.retry_after, meanwhile, len(asked.requests)

    assert virtual(main) == (seconds, 1, 2)


@pytest.mark.parametrize("header", ["soon", "nan", "Mon, 99 Nov"])
def test_a_pause_that_cannot_be_read_is_none(virtual: Any, header: str) -> None:
    async def main() -> None:
        with pytest.raises(CarrierAway):
            await Asked(answering(429, headers={"Retry-After": header})).price()

    virtual(main)


def test_an_outage_is_soon_known(virtual: Any) -> None:
    async def main() -> int:
        asked = Asked(refusing)
        for _ in range(50):
            with pytest.raises(CarrierAway):
                await asked.price()
        return len(asked.requests)

    assert virtual(main) < 20


async def test_the_pool_is_bounded_and_closes() -> None:
    made = client("http://127.0.0.1:9", 0.2)
    assert made.timeout == httpx2.Timeout(0.2)
    await made.aclose()
    await connect("http://127.0.0.1:9", Timeouts.within(1.0), lambda: 0.0).close()
