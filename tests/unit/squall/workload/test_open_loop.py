"""The open loop on a real socket: nothing is repeated, delayed or left out in secret."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
import time
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from squall.history.op import FIRST_FOLLOW_UP, Outcome
from squall.workload import open_loop
from squall.workload.attempts import classify_error, wait_before_retry
from squall.workload.open_loop import OpenLoop
from squall.workload.operations import Operation

PROBLEM = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
    b"Retry-After: 1\r\nContent-Length: 3000\r\n\r\n" + b"x" * 3000
)
CUT_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf"

WRITE = Operation(
    name="place-order", method="POST", path="/orders", effect="idempotent-write",
    body={"item_id": 1}, headers={"Idempotency-Key": "{key}"},
)  # fmt: skip


async def test_every_request_of_the_schedule_is_sent_once_and_in_time(http: Any) -> None:
    async with http.listening() as server:
        ops, loop = await http.sent(server.url, 20)
    assert [op.id for op in ops] == list(range(20))
    assert server.lines() == ["GET /items/1 HTTP/1.1"] * 20
    assert (loop.offered, loop.unsent) == (20, 0)
    assert {(op.outcome, op.status, op.error, op.body) for op in ops} == {
        (Outcome.APPLIED, 200, None, "")
    }
    for op in ops:
        assert op.intended <= op.sent <= op.done
        assert op.intended - ops[0].intended == pytest.approx(op.id / 100)


async def test_the_generators_own_lag_is_counted_not_hidden(http: Any) -> None:
    """An event loop that is busy sends late; response time still counts from the intended start."""
    async with http.listening() as server:
        sending = asyncio.ensure_future(http.sent(server.url, 20))
        await server.arrived.wait()
        time.sleep(0.06)  # noqa: ASYNC251 - the blocked loop is the point
        ops, loop = await sending
    late = [op for op in ops if op.sent - op.intended > 0.02]
    assert late
    assert max(loop.lags) == max(op.sent - op.intended for op in ops)
    assert all(op.response_seconds >= op.sent - op.intended for op in late)
    assert len(server.requests) == 20


WAYS_TO_CUT = [
    (None, "disconnected"),
    (CUT_BODY, "disconnected"),
    (b"nonsense\r\n\r\n", "other: ClientResponseError"),
]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(("answer", "word"), WAYS_TO_CUT, ids=["fin", "half a body", "nonsense"])
async def test_a_cut_connection_is_unknown_and_never_repeated(
    http: Any, method: str, answer: bytes | None, word: str
) -> None:
    operation = replace(WRITE, method=method)
    async with http.listening(lambda _: answer) as server:
        ops, _ = await http.sent(server.url, 3, operations=(operation,))
    assert [(op.outcome, op.status, op.error) for op in ops] == [(Outcome.UNKNOWN, None, word)] * 3
    assert len(server.requests) == 3


async def test_a_reset_connection_is_unknown_and_never_repeated(http: Any) -> None:
    async with http.listening(lambda _: "rst") as server:
        ops, _ = await http.sent(server.url, 3)
    assert {(op.outcome, op.status, op.error) for op in ops} == {(Outcome.UNKNOWN, None, "reset")}
    assert len(server.requests) == 3


async def test_a_redirect_is_an_answer_and_not_a_second_request(http: Any) -> None:
    moved = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    async with http.listening(lambda _: moved) as server:
        ops, _ = await http.sent(server.url, 1, operations=(WRITE,))
    assert server.lines() == ["POST /orders HTTP/1.1"]
    assert (ops[0].outcome, ops[0].status) == (Outcome.UNKNOWN, 307)


async def test_a_request_that_cannot_be_sent_is_in_the_history_all_the_same(http: Any) -> None:
    impossible = replace(WRITE, headers={"X-Note": "two\nlines"})
    async with http.listening() as server:
        ops, _ = await http.sent(server.url, 2, operations=(impossible,))
    assert [(op.outcome, op.error) for op in ops] == [(Outcome.UNKNOWN, "other: ValueError")] * 2
    assert server.requests == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_kept_connection_that_is_cut_after_the_request_is_not_used_for_a_second_try(
    http: Any, method: str
) -> None:
    """Where aiohttp repeats by itself: idempotent methods on a connection that was kept alive."""
    operation = Operation(name="x", method=method, path="/", effect="read")
    async with http.listening(cuts_kept=True) as server:
        ops, _ = await http.sent(server.url, 6, rate_per_second=20.0, operations=(operation,))
    cut = [op for op in ops if op.error == "disconnected"]
    assert cut, "no connection was kept, so the test shows nothing"
    assert len(cut) + server.connections == len(server.requests) == len(ops) == 6


async def test_a_request_that_nobody_accepts_is_refused(http: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        ops, _ = await http.sent(f"http://127.0.0.1:{probe.getsockname()[1]}", 3)
    assert {(op.outcome, op.error) for op in ops} == {(Outcome.REFUSED, "refused")}


async def test_silence_ends_with_the_callers_patience(http: Any) -> None:
    async with http.listening(lambda _: "silence") as server:
        ops, _ = await http.sent(server.url, 3, timeout_seconds=0.2)
    assert {(op.outcome, op.error) for op in ops} == {(Outcome.UNKNOWN, "timeout")}
    assert all(0.19 < op.done - op.sent < 1 for op in ops)
    assert len(server.requests) == 3


async def test_a_stalled_answer_delays_no_other_request(http: Any) -> None:
    def answer(number: int) -> bytes | str:
        good: bytes = http.good
        return "silence" if number == 0 else good

    async with http.listening(answer) as server:
        ops, _ = await http.sent(server.url, 10, timeout_seconds=0.5)
    assert ops[0].error == "timeout"
    assert all(op.done < ops[0].done for op in ops[1:])


async def test_an_error_answer_is_kept_with_its_headers_and_a_bounded_body(http: Any) -> None:
    async with http.listening(lambda _: PROBLEM) as server:
        ops, _ = await http.sent(server.url, 1)
    op = ops[0]
    assert (op.outcome, op.status, op.error) == (Outcome.REFUSED, 503, None)
    assert (op.content_type, op.retry_after) == ("application/problem+json", "1")
    assert op.body == "x" * 2_000


async def test_the_request_carries_method_key_and_json(http: Any) -> None:
    async with http.listening() as server:
        ops, _ = await http.sent(server.url, 1, operations=(WRITE,))
    request = server.requests[0]
    assert request.startswith(b"POST /orders HTTP/1.1\r\n")
    assert b"\r\nIdempotency-Key: run-0\r\n" in request
    assert request.endswith(b'\r\n\r\n{"item_id": 1}')
    assert (ops[0].key, ops[0].effect) == ("run-0", "idempotent-write")


async def test_what_exceeds_the_limit_is_counted_as_unsent(
    http: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_loop, "MAX_IN_FLIGHT", 2)
    async with http.listening(lambda _: "silence") as server:
        ops, loop = await http.sent(server.url, 10, timeout_seconds=2.0)
    assert (len(ops), loop.unsent, loop.offered) == (2, 8, 10)
    assert len(server.requests) == 2


async def test_sending_ends_by_itself_when_nobody_stops_it(http: Any) -> None:
    async with http.listening() as server:
        ops: list[Any] = []
        plan = replace(http.plan, base_url=server.url, start_at=time.monotonic(), max_seconds=0.095)
        async with asyncio.timeout(5):
            await open_loop.OpenLoop(plan, ops.append).run()
    assert len(ops) == 10


async def test_a_stop_never_prolongs_a_run(http: Any) -> None:
    loop = open_loop.OpenLoop(http.plan, lambda _: None)
    loop.stop(1.0)
    loop.stop(2.0)
    assert loop._stop_at == 1.0


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (TimeoutError(), "timeout"),
        (aiohttp.ServerTimeoutError(), "timeout"),
        (aiohttp.ClientOSError(errno.ECONNRESET, "reset by peer"), "reset"),
        (ConnectionResetError(errno.ECONNRESET, "reset by peer"), "reset"),
        (BrokenPipeError(errno.EPIPE, "broken pipe"), "reset"),
        (aiohttp.ClientConnectionResetError("cannot write to closing transport"), "reset"),
        (aiohttp.ServerDisconnectedError(), "disconnected"),
        (aiohttp.ClientPayloadError(), "disconnected"),
        (aiohttp.InvalidURL("x"), "other: InvalidURL"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_the_word_for_an_operation_without_an_answer(failure: Exception, word: str) -> None:
    assert classify_error(failure) == word


def test_aiohttp_still_has_the_switch_that_is_set() -> None:
    """The switch is private: should it be renamed, setting it would silently do nothing."""
    assert "_retry_connection" in aiohttp.ClientSession.ATTRS


async def test_a_write_is_repeated_with_its_key_until_it_is_answered(http: Any) -> None:
    """Nobody answers the first two attempts, then 503, then 201; each has its record."""
    created = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
    answers = iter([None, None, PROBLEM, created])
    behave = {"repeat_share": 1.0, "repeat_seconds": 0.01}
    async with http.listening(lambda _: next(answers, created)) as server:
        ops, loop = await http.sent(
            server.url, 1, operations=(WRITE,), behave=behave, rate_per_second=0.5
        )
    assert [(op.repeats, op.status) for op in ops] == [(None, None), (0, None), (0, 503), (0, 201)]
    assert len({op.key for op in ops}) == 1
    assert loop.offered == loop.recorded == len(server.requests) == 4


@pytest.mark.parametrize(
    ("shown", "changed"),
    [
        ({"id": 1, "quantity": 2, "note": "x"}, ""),
        ({"quantity": "2.0", "note": "x"}, ""),
        ({"quantity": 1, "note": "x"}, "quantity"),
        ({"quantity": 1, "note": "y"}, "quantity,note"),
        ({"quantity": None}, ""),
        ([2], ""),
    ],
)
async def test_fields_that_an_answer_shows_with_another_value_are_noted(
    http: Any, shown: Any, changed: str
) -> None:
    body = json.dumps(shown).encode()
    head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: "
    answer = head + str(len(body)).encode() + b"\r\n\r\n" + body
    operation = replace(WRITE, body={"quantity": 2, "note": "x"})
    async with http.listening(lambda _: answer) as server:
        ops, _ = await http.sent(server.url, 1, operations=(operation,), rate_per_second=0.5)
    assert [op.changed for op in ops] == [changed]


async def test_a_write_that_fails_is_sent_again_with_its_key(http: Any) -> None:
    """Cut, then 503, then 201; each attempt has its record."""
    created = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
    answers = iter([None, PROBLEM, created])
    behave = {"retry_share": 1.0, "retry_seconds": 0.01}
    async with http.listening(lambda _: next(answers, created)) as server:
        ops, loop = await http.sent(
            server.url, 1, operations=(WRITE,), behave=behave, rate_per_second=0.5
        )
    assert [(op.repeats, op.status) for op in ops] == [(None, None), (0, 503), (0, 201)]
    assert len({op.key for op in ops}) == 1
    assert loop.offered == loop.recorded == len(server.requests) == 3


async def test_it_is_sent_until_an_answer_is_final(http: Any) -> None:
    """A conflict that says when to come again is not final; one that does not say so is."""
    head = b"HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n"
    answers = iter([None, head + b"Retry-After: 1\r\n\r\n", head + b"\r\n"])
    behave = {"retry_share": 1.0, "retry_seconds": 0.01}
    async with http.listening(lambda _: next(answers, PROBLEM)) as server:
        ops, _ = await http.sent(
            server.url, 1, operations=(WRITE,), behave=behave, rate_per_second=0.5
        )
    assert [op.status for op in ops] == [None, 409, 409]


async def test_without_that_fault_nothing_is_sent_again(http: Any) -> None:
    async with http.listening(lambda _: PROBLEM) as server:
        await http.sent(server.url, 2, operations=(WRITE,))
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("told", "seconds"),
    [(None, 0.05), ("0", 0.0), ("1", 1.0), ("60", 1.0), ("soon", 0.05), ("-1", 0.05)],
)
def test_a_client_waits_for_a_short_retry_after(
    make: Any, told: str | None, seconds: float
) -> None:
    assert wait_before_retry(make.refusal(1, retry_after=told), 0.05) == seconds


async def test_only_what_carries_a_key_is_repeated(http: Any) -> None:
    operation = replace(WRITE, effect="write", headers={})
    behave = {"repeat_share": 1.0, "repeat_seconds": 0.0}
    async with http.listening() as server:
        await http.sent(server.url, 2, operations=(operation,), behave=behave)
    assert len(server.requests) == 2


async def test_a_repeat_may_have_another_body_and_the_same_key(http: Any) -> None:
    operation = replace(WRITE, body={"quantity": "{int:1..1000000}", "note": "{key}"})
    behave = {"repeat_share": 1.0, "repeat_seconds": 0.0, "repeat_another_body": True}
    async with http.listening() as server:
        ops, _ = await http.sent(
            server.url, 1, operations=(operation,), behave=behave, rate_per_second=1.0
        )  # the load ends half a second after its begin: time for the repeat on any machine
    assert len({op.key for op in ops}) == 1
    first, second = (json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests)
    assert first["quantity"] != second["quantity"]
    assert first["note"] == second["note"] == ops[0].key


async def test_a_read_is_asked_again_beside_the_plan(http: Any) -> None:
    """The worker is told by name and path; the requests of the plan keep their numbers."""
    async with http.listening() as server:
        wanted = [{"name": "read-item", "path": "/items/9"}, {"name": "x", "path": "/"}]
        ops, loop = await http.sent(server.url, 20, again=wanted, rate_per_second=20.0)
    again = [op for op in ops if op.asked_again]
    assert [op.request for op in again] == ["GET /items/9"]
    assert [op.id for op in ops if not op.asked_again] == list(range(20))
    assert (loop.offered, loop.recorded) == (21, 21)


async def test_a_write_that_failed_is_asked_for_again_with_a_new_key(http: Any) -> None:
    """The second request is refused; its number is all that the worker is told."""
    refused = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    operation = replace(WRITE, body={"quantity": "{int:1..1000000}", "note": "{key}"})
    async with http.listening(lambda n: refused if n == 1 else http.good) as server:
        wanted = [{"id": 1}, {"id": 1}, {"id": 0}]
        ops, _ = await http.sent(
            server.url, 20, operations=(operation,), again=wanted, rate_per_second=20.0
        )
    again = [op for op in ops if op.asked_again]
    assert [op.asks_for_write for op in again] == [1, 1]
    bodies = {op.key: json.loads(raw.partition(b"\r\n\r\n")[2]) for op, raw in zip(
        sorted(ops, key=lambda op: op.sent), server.requests, strict=True
    )}  # fmt: skip
    first, *others = (bodies[op.key] for op in [ops[1], *again])
    assert {each["quantity"] for each in others} == {first["quantity"]}
    assert len({each["note"] for each in [first, *others]}) == 3


async def test_requests_for_nothing_are_sent_beside_the_plan(http: Any) -> None:
    async with http.listening() as server:
        ops, _ = await http.sent(
            server.url, 20, behave={"nothing_times": 2.0}, rate_per_second=20.0
        )
    nothing = [op for op in ops if op.for_nothing]
    assert len(nothing) >= 10
    assert {op.name for op in nothing} == {"read-item, not there"}
    assert all(op.request.startswith("GET /items/20") for op in nothing)
    assert [op.id for op in ops if not op.for_nothing] == list(range(20))


async def test_a_spike_of_writes_has_no_read_beyond_the_plan(http: Any) -> None:
    read = Operation(name="read-item", method="GET", path="/items/1", effect="read")
    async with http.listening() as server:
        ops, _ = await http.sent(
            server.url, 20, behave={"write_factor": 3.0}, operations=(read, WRITE),
            rate_per_second=20.0,
        )  # fmt: skip
    beyond = [op for op in ops if op.extra]
    assert len(beyond) >= 10
    assert {op.effect for op in beyond} == {"idempotent-write"}


async def test_a_spike_of_writes_adds_nothing_to_a_load_of_reads(http: Any) -> None:
    async with http.listening() as server:
        ops, _ = await http.sent(server.url, 10, behave={"write_factor": 3.0}, rate_per_second=20.0)
    assert [op for op in ops if op.extra] == []


async def test_what_follows_the_last_answer_is_waited_for(
    http: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look into a list takes a moment, and the load has ended then."""
    ended, wait = asyncio.Event(), OpenLoop._last_answers

    async def last_answers(loop: OpenLoop) -> None:
        ended.set()
        await wait(loop)

    async def follows(_session: Any, _plan: Any, request: Any, _text: str) -> Any:
        await ended.wait()
        return None if request.id else replace(request, id=FIRST_FOLLOW_UP)

    monkeypatch.setattr(OpenLoop, "_last_answers", last_answers)
    monkeypatch.setattr(open_loop, "following_request", follows)
    async with http.listening() as server:
        ops, loop = await http.sent(server.url, 1, operations=(WRITE,), rate_per_second=1.0)
    assert [(op.id, op.status) for op in ops] == [(0, 200), (FIRST_FOLLOW_UP, 200)]
    assert (loop.offered, loop.recorded) == (2, 2)


async def test_the_look_for_what_follows_is_no_lag_of_the_generator(
    http: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its item is read from a list, or from the database, which may be slow in an outage."""
    looked = 0.2

    async def follows(_session: Any, _plan: Any, request: Any, _text: str) -> Any:
        await asyncio.sleep(looked)
        return None if request.id else replace(request, id=FIRST_FOLLOW_UP)

    monkeypatch.setattr(open_loop, "following_request", follows)
    async with http.listening() as server:
        ops, loop = await http.sent(server.url, 1, operations=(WRITE,), rate_per_second=1.0)
    first, following = ops
    assert following.intended - first.done >= looked * 0.9
    assert max(loop.lags) < looked / 2
