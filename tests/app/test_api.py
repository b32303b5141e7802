"""The API in calm weather: what it answers, and that every refusal is a problem object."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


async def test_items_are_listed_page_by_page(service: Any) -> None:
    first = (await service.client.get("/items?limit=3")).json()
    assert [item["id"] for item in first] == [1, 2, 3]
    second = (await service.client.get("/items", params={"after": 3, "limit": 2})).json()
    assert second == [{"id": n, "name": f"item {n}", "stock": 100} for n in (4, 5)]


async def test_an_item_s_life(service: Any) -> None:
    new = {"id": 1000, "name": "chair", "stock": 3}
    headers = {"Idempotency-Key": "a"}
    made = await service.client.post("/items", json=new, headers=headers)
    again = await service.client.post("/items", json=new, headers=headers)
    assert (made.status_code, made.json(), again.json()) == (201, new, new)
    assert "idempotency-replayed" not in made.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = await service.client.post("/items", json=new, headers={"Idempotency-Key": "b"})
    assert is_problem(other, 409)["title"] == "Already there"
    sold = await service.order("c", item=1000, quantity=2)
    assert sold.json()["quantity"] == 2
    assert (await service.client.get("/items/1000/stock")).json() == {"item_id": 1000, "stock": 1}
    is_problem(await service.order("d", item=1000, quantity=2), 409)
    counted = await service.client.put("/items/1000/stock", json={"stock": 9})
    assert counted.json() == {"item_id": 1000, "stock": 9}
    assert (await service.client.get("/items/1000")).json() == {**new, "stock": 9}


async def test_orders_are_read_one_by_one_and_listed(service: Any) -> None:
    placed = [(await service.order(f"k{n}", item=n, quantity=n)).json() for n in (1, 2, 3)]
    assert (await service.client.get(f"/orders/{placed[1]['id']}")).json() == placed[1]
    assert (await service.client.get("/orders")).json() == placed
    after = {"after": placed[0]["id"], "limit": 1}
    assert (await service.client.get("/orders", params=after)).json() == [placed[1]]


REFUSALS: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/items/999", {}, 404),
    ("GET", "/items/999/stock", {}, 404),
    ("PUT", "/items/999/stock", {"json": {"stock": 1}}, 404),
    ("GET", "/orders/999", {}, 404),
    ("GET", "/nowhere", {}, 404),
    ("DELETE", "/items", {}, 405),
    ("GET", "/items/0", {}, 422),
    ("GET", f"/items/{2**31}", {}, 422),
    ("GET", "/items?limit=1000", {}, 422),
    ("POST", "/orders", {"json": {"item_id": 1, "quantity": 1}}, 400),
    ("GET", "/items", {"headers": {"X-Request-Timeout": "soon"}}, 400),
]


@pytest.mark.parametrize(("method", "path", "more", "status"), REFUSALS)
async def test_a_refusal_is_a_problem_object(
    service: Any, method: str, path: str, more: dict[str, Any], status: int
) -> None:
    is_problem(await service.client.request(method, path, **more), status)


@pytest.mark.parametrize(
    "body",
    [{}, {"item_id": 1}, {"item_id": 1, "quantity": 0}, {"item_id": 1, "quantity": 1, "x": 1}],
)
async def test_a_wrong_body_is_pointed_at(service: Any, body: dict[str, Any]) -> None:
    answer = await service.client.post("/orders", json=body, headers={"Idempotency-Key": "a"})
    assert all(e["pointer"].startswith("body") for e in is_problem(answer, 422)["errors"])


async def test_the_caller_s_request_id_comes_back_and_nonsense_does_not(service: Any) -> None:
    for given, kept in [("abc-1", True), ("x" * 101, False), ("a b", False)]:
        answer = await service.client.get("/items/1", headers={"X-Request-Id": given})
        assert (answer.headers["x-request-id"] == given) is kept


async def test_a_bug_shows_nothing_of_the_inside(service: Any, final_state: Any) -> None:
    await final_state.value("ALTER TABLE orders RENAME TO hidden")
    body = is_problem(await service.client.get("/orders/1"), 500)
    assert set(body) == {"type", "title", "status", "request_id"}


async def test_metrics_count_what_happened(service: Any) -> None:
    await service.client.get("/items/1")
    await service.client.get("/items/999")
    await service.client.get("/nowhere")
    lines = (await service.client.get("/metrics")).text.splitlines()
    found = {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line[0] != "#"
    }
    expected = {
        'orders_requests_total{method="GET",route="/items/{number}",status="200"}': 1,
        'orders_requests_total{method="GET",route="/items/{number}",status="404"}': 1,
        'orders_requests_total{method="-",route="-",status="404"}': 1,
        'orders_errors_total{kind="NotFound",sqlstate=""}': 1,
        "orders_pool_size": 5,
        "orders_pool_in_use": 0,
        "orders_breaker_state": 0,
        "orders_retry_budget_tokens": 20,
        "orders_retries_total": 0,
        "orders_shed_total": 0,
        "orders_deadline_exceeded_total": 0,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert found["orders_query_seconds_count"] >= 2
