"""Success that is none: each lie beside a sound answer that looks like it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import (
    CommitsRead,
    FaultHealed,
    FaultInjected,
    RowChanged,
    TransactionCommitted,
    UnknownClientAnswered,
)
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.history.op import FIRST_AGAIN, Outcome
from squall.history.shape import describe_body, describe_texts
from squall.history.stream_shape import describe_stream

ITEM = {"id": 7, "name": "pen", "note": "blue", "stock": 3}
ITEMS = [{"id": 1}, {"id": 2}, {"id": 3}]
JSON = "application/json"


def answer(make: Any, number: int, body: Any = ITEM, **changes: Any) -> Any:
    """An answer to ``GET /items/7`` every 10 ms, unless something else is given."""
    kind = changes.setdefault("content_type", JSON)
    text = body if isinstance(body, str) else json.dumps(body)
    changes.setdefault("shape", describe_body(text, kind))
    return make.op(number, **{"request": "GET /items/7", "size": len(text), **changes})


def run_of(evidence: Any, make: Any, lie: Any, usual: Any = ITEM, **changes: Any) -> Any:
    """20 usual answers before, 5 after, and one of another kind during the outage."""
    common = {"request": changes["request"]} if "request" in changes else {}
    calm = [answer(make, n, usual, **common) for n in [*range(20), *range(250, 255)]]
    return evidence([*calm, answer(make, 150, lie, **changes)])


EMPTIED = {**ITEM, "name": "", "note": None}
NO_ANSWER = {"status": None, "error": "timeout", "outcome": Outcome.UNKNOWN}

LIES: list[tuple[str, Any, Any, dict[str, Any]]] = [
    ("answer-emptied", ITEMS, [], {}),
    ("answer-emptied", {"items": ITEMS, "total": 3}, {"items": [], "total": 0}, {}),
    ("answer-emptied", ITEM, {}, {}),
    ("answer-emptied", ITEM, None, {}),
    ("answer-emptied", ITEM, {**ITEM, "name": ""}, {}),
    ("list-shortened", ITEMS, ITEMS[:1], {}),
    ("another-item", ITEM, {**ITEM, "id": 8}, {}),
    ("fields-missing", ITEM, {"id": 7, "name": "pen"}, {}),
    ("broken-json", ITEM, '{"id": 7, "na', {}),
    ("another-media-type", ITEM, "<h1>Sorry</h1>", {"content_type": "text/html; charset=utf-8"}),
    ("answer-emptied", {**ITEM, "stock": 3}, {**ITEM, "stock": 0}, {}),  # sold out, and not after
    ("fields-of-another-kind", ITEM, {**ITEM, "stock": "3"}, {}),
    ("client-blamed", ITEM, "", {"status": 409, "outcome": Outcome.REFUSED}),
    ("client-blamed", ITEM, "", {"status": 307, "outcome": Outcome.UNKNOWN}),
    ("client-blamed", ITEM, "", {"status": 404, "outcome": Outcome.REFUSED}),
    ("client-blamed", ITEM, "", {"status": 401, "outcome": Outcome.REFUSED}),
]

SOUND: list[tuple[Any, Any, dict[str, Any]]] = [
    (ITEM, ITEM, {}),
    (ITEM, {**ITEM, "stale": True}, {}),
    ("", "", {}),  # FastAPI's 204: no body, called application/json
    (ITEM, {**ITEM, "stock": 7}, {}),
    ({**ITEM, "age_seconds": 3}, {**ITEM, "age_seconds": 0}, {}),
    ({**ITEM, "stock": 0}, {**ITEM, "stock": 0}, {}),
    (ITEM, "", {"status": 409, "outcome": Outcome.REFUSED, "effect": "write"}),
    (ITEM, "", {"status": 503, "outcome": Outcome.REFUSED}),
    (ITEM, "", {"status": 429, "outcome": Outcome.REFUSED}),
    (ITEM, "", NO_ANSWER),
    (ITEMS, [*ITEMS, {"id": 4}], {}),
    ([], [], {}),
    (ITEM, ITEM, {"content_type": "application/json; charset=utf-8"}),
    (ITEM, {"queued": True}, {"status": 202, "effect": "write"}),
]


@pytest.mark.parametrize(("code", "usual", "lie", "changes"), LIES)
def test_a_lie_is_found(
    evidence: Any, make: Any, code: str, usual: Any, lie: Any, changes: dict[str, Any]
) -> None:
    found = AnswerUnlikeCalm().judge(run_of(evidence, make, lie, usual, **changes))
    assert (found.verdict, found.code, found.ops) == ("fail", code, (150,))
    assert found.figures[code.replace("-", "_")] == found.figures["unlike"] == 1


@pytest.mark.parametrize(("usual", "sound", "changes"), SOUND)
def test_an_honest_answer_is_none(
    evidence: Any, make: Any, usual: Any, sound: Any, changes: dict[str, Any]
) -> None:
    found = AnswerUnlikeCalm().judge(run_of(evidence, make, sound, usual, **changes))
    assert found.verdict == "pass", found.reason


def test_an_item_that_no_answer_was_seen_of_is_known_by_its_path(evidence: Any, make: Any) -> None:
    def item(n: int, path: int, own: int) -> Any:
        body = {"id": own, "name": "pen", "note": "x"}
        return answer(make, n, body, request=f"GET /items/{path}")

    calm = [item(n, n, n) for n in range(20)]
    judge: Callable[[Any], Any] = AnswerUnlikeCalm().judge
    assert judge(evidence([*calm, item(150, 99, 99)])).verdict == "pass"
    assert judge(evidence([*calm, item(150, 99, 98)])).code == "another-item"


def test_several_fields_that_turn_empty_are_a_lie_of_any_request(evidence: Any, make: Any) -> None:
    calm = [answer(make, n, {**ITEM, "id": n}, request=f"GET /items/{n}") for n in range(20)]
    one = answer(make, 150, {**ITEM, "id": 99, "name": ""}, request="GET /items/99")
    all_of_them = answer(make, 150, {**EMPTIED, "id": 99}, request="GET /items/99")
    assert AnswerUnlikeCalm().judge(evidence([*calm, one])).verdict == "pass"
    assert AnswerUnlikeCalm().judge(evidence([*calm, all_of_them])).code == "answer-emptied"


def test_what_changes_in_calm_is_not_judged(evidence: Any, make: Any) -> None:
    """A list that the load empties and fills, an id that grows, a status that calm had, too."""
    lists = [answer(make, n, ITEMS[: n % 3]) for n in [*range(20), *range(250, 260)]]
    assert AnswerUnlikeCalm().judge(evidence([*lists, answer(make, 150, [])])).verdict == "pass"
    last = [answer(make, n, {"id": n}) for n in [*range(20), *range(250, 260)]]
    grown = answer(make, 150, {"id": 21})
    assert AnswerUnlikeCalm().judge(evidence([*last, grown])).verdict == "pass"
    missing = {"status": 404, "outcome": Outcome.REFUSED}
    usual = [answer(make, n) for n in range(20)]
    known = [*usual, answer(make, 30, "", **missing), answer(make, 150, "", **missing)]
    assert AnswerUnlikeCalm().judge(evidence(known)).verdict == "pass"


@pytest.mark.parametrize(
    ("lengths", "now", "code"),
    [
        ((2, 7, 12), 1, None),  # a write takes all but two at once
        ((2, 7, 12), 0, None),
        ((10, 12, 11), 9, None),
        ((10, 12, 11), 0, "answer-emptied"),
        ((10, 12, 11), 3, "list-shortened"),
    ],
)
def test_a_list_that_others_shorten_may_be_as_much_shorter(
    evidence: Any, make: Any, lengths: tuple[int, ...], now: int, code: str | None
) -> None:
    def of(number: int, length: int) -> Any:
        return answer(make, number, {"items": [{"id": number + n} for n in range(length)]})

    calm = [of(n, lengths[n % 3]) for n in [*range(20), *range(250, 260)]]
    found = AnswerUnlikeCalm().judge(evidence([*calm, of(150, now)]))
    assert found.verdict == ("fail" if code else "pass"), found.reason
    assert code in (None, found.code)


def test_a_row_that_the_load_deletes_may_be_gone(evidence: Any, make: Any) -> None:
    run = run_of(evidence, make, "", status=404, outcome=Outcome.REFUSED)
    assert AnswerUnlikeCalm().judge(run).verdict == "fail"
    deleted = make.op(149, name="delete", effect="write", request="DELETE /items/7")
    assert AnswerUnlikeCalm().judge(evidence([*run.ops, deleted])).verdict == "pass"


def test_few_answers_before_the_fault_prove_nothing(evidence: Any, make: Any) -> None:
    few = [answer(make, n) for n in range(9)]
    lie = answer(make, 150, "", status=404, outcome=Outcome.REFUSED)
    assert AnswerUnlikeCalm().judge(evidence([*few, lie])).verdict == "pass"
    assert AnswerUnlikeCalm(least_answers=9).judge(evidence([*few, lie])).verdict == "fail"


@pytest.mark.parametrize(
    ("fault", "effect", "verdict"),
    [
        ("network.accept_and_close", "cuts", "fail"),
        ("database.pause", "silences", "fail"),
        ("network.latency", "slows", "pass"),
        ("wire.error_reply", "errors", "pass"),
        ("wire.cut_after_commit", "cuts", "pass"),
        ("database.lock_table", "blocks", "pass"),
    ],
)
def test_nobody_knows_of_a_conflict_while_the_database_is_away(
    evidence: Any, make: Any, fault: str, effect: str, verdict: str
) -> None:
    """A write with a key of its own: 409 is a guess, unless the database may have said so."""
    injected, healed = make.outage()
    events = [replace(injected, fault=fault, effect=effect), replace(healed, fault=fault)]
    post = {"request": "POST /items", "effect": "write", "status": 201, "key": "k"}
    calm = [answer(make, n, **post) for n in range(20)]
    refused = answer(make, 150, "", **{**post, "status": 409, "outcome": Outcome.REFUSED})
    found = AnswerUnlikeCalm().judge(evidence([*calm, refused], events))
    assert found.verdict == verdict, found.reason


@pytest.mark.parametrize(
    ("calm_changes", "changed", "verdict"),
    [("", "quantity", "fail"), ("", "", "pass"), ("password", "password", "pass")],
)
def test_an_answer_shows_what_was_sent_if_it_did_so_in_calm(
    evidence: Any, make: Any, calm_changes: str, changed: str, verdict: str
) -> None:
    """A hash or a normalised text differs in calm, too."""
    post = {"request": "POST /items", "effect": "write", "status": 201, "key": "k"}
    calm = [answer(make, n, changed=calm_changes, **post) for n in range(20)]
    found = AnswerUnlikeCalm().judge(evidence([*calm, answer(make, 150, changed=changed, **post)]))
    assert found.verdict == verdict, found.reason
    if verdict == "fail":
        assert found.code == "another-value"


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ({"request": "PUT /items/7"}, "pass"),
        ({"request": "PUT /items/7", "sent": 0.1, "done": 0.2, **NO_ANSWER}, "pass"),
        ({"request": "PUT /items/8"}, "fail"),
        ({"request": "GET /items/7", "effect": "read", "key": None}, "fail"),
        ({"request": "PUT /items/7", "sent": 0.1, "done": 0.2}, "fail"),
    ],
    ids=["together", "in doubt", "another item", "a read", "earlier"],
)
def test_a_write_may_show_what_another_write_to_the_item_made_at_the_same_time(
    evidence: Any, make: Any, other: dict[str, Any], verdict: str
) -> None:
    put = {"request": "PUT /items/7", "effect": "write", "key": "k"}
    calm = [answer(make, n, **put) for n in range(20)]
    one = answer(make, 150, changed="quantity", sent=1.5, done=1.9, **put)
    rival = answer(make, 151, **{"effect": "write", "key": "l", "sent": 1.6, "done": 1.8, **other})
    found = AnswerUnlikeCalm().judge(evidence([*calm, one, rival]))
    assert found.verdict == verdict, found.reason


@pytest.mark.parametrize(
    ("method", "path", "verdict"),
    [("PATCH", "/items/7", "pass"), ("PATCH", "/items/8", "fail"), ("POST", "/items/7", "fail")],
)
def test_a_read_of_an_item_that_the_load_has_changed_is_not_compared(
    evidence: Any, make: Any, method: str, path: str, verdict: str
) -> None:
    run = run_of(evidence, make, EMPTIED)
    write = {"request": f"{method} {path}", "effect": "write", "key": "k", "sent": 1.2, "done": 1.3}
    ops = [*run.ops, answer(make, 120, **write)]
    assert AnswerUnlikeCalm(least_answers=99).judge(evidence(ops)).verdict == verdict


def named(make: Any, number: int, item: int, name: str, server: str = "a") -> Any:
    """An answer to ``GET /items/…`` with two texts."""
    body = {"id": item, "name": name, "served_by": server}
    request = f"GET /items/{item}"
    return answer(make, number, body, request=request, texts=describe_texts(json.dumps(body)))


@pytest.mark.parametrize(
    ("name", "server", "verdict"),
    [
        ("item 1", "a", "pass"),
        ("item 1", "cache", "pass"),  # the same for every item: not the item's own
        ("unavailable", "a", "fail"),
    ],
)
def test_a_text_of_an_item_is_not_made_up_in_the_outage(
    evidence: Any, make: Any, name: str, server: str, verdict: str
) -> None:
    calm = [named(make, n, n % 4, f"item {n % 4}") for n in [*range(20), *range(250, 260)]]
    found = AnswerUnlikeCalm().judge(evidence([*calm, named(make, 150, 1, name, server)]))
    assert found.verdict == verdict, found.reason
    if verdict == "fail":
        assert (found.code, found.ops) == ("another-value", (150,))


def test_a_text_that_changes_without_the_fault_may_be_another_one(evidence: Any, make: Any) -> None:
    """Renamed in the outage, and a time that differs in each answer."""
    before = [named(make, n, n % 4, f"item {n % 4}") for n in range(20)]
    after = [named(make, n, n % 4, f"new {n % 4}") for n in range(250, 260)]
    assert (
        AnswerUnlikeCalm().judge(evidence([*before, *after, named(make, 150, 1, "new 1")])).ops
        == ()
    )
    times = [named(make, n, n % 4, f"at {n}") for n in [*range(20), *range(250, 260)]]
    assert AnswerUnlikeCalm().judge(evidence([*times, named(make, 150, 1, "at 150")])).ops == ()


@pytest.mark.parametrize(
    ("many", "later", "verdict"), [(3, 201, "fail"), (2, 201, "pass"), (3, 400, "pass")]
)
def test_a_write_is_no_bad_request_because_the_database_fails(
    evidence: Any, make: Any, many: int, later: int, verdict: str
) -> None:
    """Few may be generated bodies, and what is refused after the heal is refused for good."""
    post = {"request": "POST /items", "effect": "write", "status": 201, "key": "k"}
    refused = {**post, "status": 400, "outcome": Outcome.REFUSED}
    calm = [answer(make, n, **post) for n in range(20)]
    bad = [answer(make, 150 + n, "", **refused) for n in range(many)]
    end = answer(make, 250, **(post if later == 201 else refused))
    found = AnswerUnlikeCalm().judge(evidence([*calm, *bad, end]))
    assert found.verdict == verdict, found.reason
    assert found.code == ("client-blamed" if verdict == "fail" else "holds")


def priced(make: Any, number: int, item: int, price: int, **changes: Any) -> Any:
    body = {"id": item, "price": price}
    request = f"GET /items/{item}"
    texts = describe_texts(json.dumps(body))
    return answer(make, number, body, request=request, texts=texts, **changes)


@pytest.mark.parametrize(
    ("prices", "changes", "verdict"),
    [
        ({1: 199, 2: 199, 3: 199}, {}, "fail"),  # a default for all
        ({1: 101, 2: 102, 3: 103}, {}, "pass"),
        ({1: 91, 2: 92, 3: 93}, {}, "pass"),  # a sale
        ({1: 199, 2: 199}, {}, "pass"),  # two may be a coincidence
        ({1: 199, 2: 199, 3: 199}, {"copy": True}, "pass"),
    ],
)
def test_different_items_do_not_all_have_one_default_number_in_the_outage(
    evidence: Any, make: Any, prices: dict[int, int], changes: dict[str, Any], verdict: str
) -> None:
    calm = [priced(make, n, n % 4, 100 + n % 4) for n in [*range(20), *range(250, 260)]]
    ops = [priced(make, 150 + item, item, price, **changes) for item, price in prices.items()]
    found = AnswerUnlikeCalm().judge(evidence([*calm, *ops]))
    assert found.verdict == verdict, found.reason
    if verdict == "fail":
        assert (found.code, len(found.ops)) == ("another-value", 3)


def test_two_are_enough_if_the_log_says_that_nothing_was_changed(evidence: Any, make: Any) -> None:
    calm = [priced(make, n, n % 4, 100 + n % 4) for n in [*range(20), *range(250, 260)]]
    two = [priced(make, 150 + item, item, 199) for item in (1, 2)]
    read = CommitsRead(at=9.0, transactions=0)
    elsewhere = RowChanged(at=1.5, table="items", ids={"id": "9"}, values={})
    own = RowChanged(at=1.5, table="items", ids={"id": "2"}, values={})
    for happened, code in (([read, elsewhere], "another-value"), ([read, own], "holds"),
                           ([elsewhere], "holds")):  # fmt: skip
        found = AnswerUnlikeCalm().judge(evidence([*calm, *two], [*make.outage(), *happened]))
        assert found.code == code, happened


def test_items_that_were_not_asked_for_before_are_compared_with_later_answers(
    evidence: Any, make: Any
) -> None:
    calm = [priced(make, n, n % 4, 100 + n % 4) for n in range(20)]
    two = [priced(make, 150 + item, item, 199) for item in (31, 32)]
    again = [replace(priced(make, 250 + item, item, 100 + item), id=FIRST_AGAIN + item)
             for item in (31, 32)]  # fmt: skip
    read = [*make.outage(), CommitsRead(at=9.0, transactions=0)]
    for happened, code in ((read, "another-value"), (make.outage(), "holds")):
        found = AnswerUnlikeCalm().judge(evidence([*calm, *two, *again], happened))
        assert found.code == code


ROWS = "".join(f"{n},product {n}\n" for n in range(20))
LINES = "".join(f'{{"id": {n}}}\n' for n in range(20))


@pytest.mark.parametrize(
    ("media", "usual", "text", "verdict"),
    [
        ("text/csv", ROWS, ROWS[: len(ROWS) // 2], "fail"),
        ("application/x-ndjson", LINES, LINES[: len(LINES) // 2], "fail"),
        ("text/csv", ROWS, ROWS, "pass"),
        ("text/csv", ROWS, ROWS + "20,product 20\n", "pass"),
        ("text/event-stream", ROWS, ROWS[:30], "pass"),  # read for a moment
        ("text/plain", "up 100 s", "up 9 s", "pass"),
    ],
)
def test_a_text_that_ends_early_is_no_success(
    evidence: Any, make: Any, media: str, usual: str, text: str, verdict: str
) -> None:
    common = {"request": "GET /export", "content_type": media}
    calm = [answer(make, n, usual, **common) for n in [*range(20), *range(250, 255)]]
    found = AnswerUnlikeCalm().judge(evidence([*calm, answer(make, 150, text, **common)]))
    assert found.verdict == verdict, found.reason
    if verdict == "fail":
        assert found.code == "list-shortened"


def test_a_text_whose_size_differs_without_the_fault_may_be_shorter(
    evidence: Any, make: Any
) -> None:
    common = {"request": "GET /export", "content_type": "text/csv"}
    calm = [answer(make, n, ROWS * (1 + n % 2), **common) for n in [*range(20), *range(250, 255)]]
    found = AnswerUnlikeCalm().judge(evidence([*calm, answer(make, 150, ROWS[:50], **common)]))
    assert found.verdict == "pass", found.reason


@pytest.mark.parametrize(
    ("usual", "lie", "verdict"),
    [
        ([{"id": 11}, {"id": 12}], [{"id": 1}, {"id": 2}], "fail"),  # the first page
        ({"owner": {"user_id": 5}}, {"owner": {"user_id": 1}}, "fail"),
        ({"owner": {"user_id": 5}}, {"owner": {"user_id": 5}}, "pass"),
    ],
)
def test_what_identifies_a_part_of_an_answer_is_the_same_in_the_outage(
    evidence: Any, make: Any, usual: Any, lie: Any, verdict: str
) -> None:
    found = AnswerUnlikeCalm().judge(run_of(evidence, make, lie, usual, request="GET /pages/2"))
    assert found.verdict == verdict, found.reason
    if verdict == "fail":
        assert found.code == "another-item"


def test_the_first_item_of_a_list_may_change_where_rows_are_deleted(
    evidence: Any, make: Any
) -> None:
    common = {"request": "GET /pages/2"}
    calm = [answer(make, n, [{"id": 11}], **common) for n in [*range(20), *range(250, 255)]]
    gone = make.op(200, name="delete", request="DELETE /items/11", effect="write", status=204)
    found = AnswerUnlikeCalm().judge(
        evidence([*calm, gone, answer(make, 150, [{"id": 12}], **common)])
    )
    assert found.verdict == "pass", found.reason


@pytest.mark.parametrize(
    ("before", "later", "verdict"),
    [
        (401, [503, 200], "fail"),
        (403, [200], "fail"),
        (401, [503, 401], "pass"),
        (200, [200, 200], "pass"),  # an open operation
        (404, [200], "pass"),
    ],
)
def test_nobody_is_let_in_without_credentials_because_of_the_outage(
    evidence: Any, make: Any, before: int, later: list[int], verdict: str
) -> None:
    samples = [UnknownClientAnswered(at=n / 10, status=before) for n in range(9)]
    samples += [UnknownClientAnswered(at=1.5 + n / 10, status=s) for n, s in enumerate(later)]
    found = AnswerUnlikeCalm().judge(evidence([], [*make.outage(), *samples]))
    assert found.verdict == verdict, found.reason
    if verdict == "fail":
        assert (found.code, found.figures["let_in"]) == ("stranger-let-in", 1)
    known = [replace(sample, known=True) for sample in samples]
    mixed = [UnknownClientAnswered(at=n / 10, status=200) for n in range(9)]  # an open operation
    happened = [*make.outage(), *mixed, *known]
    assert AnswerUnlikeCalm().judge(evidence([], happened)).verdict == verdict, "rights of a client"


@pytest.mark.parametrize(
    ("outcome", "committed", "sent", "verdict"),
    [
        (Outcome.REFUSED, False, 2.5, "fail"),
        (Outcome.REFUSED, True, 2.5, "pass"),
        (Outcome.UNKNOWN, False, 2.5, "pass"),  # it may be committed a moment later
        (Outcome.REFUSED, False, 1.5, "pass"),  # in the outage the order may still be under way
    ],
)
def test_a_read_shows_no_write_that_was_refused(
    evidence: Any, make: Any, outcome: Outcome, *, committed: bool, sent: float, verdict: str
) -> None:
    calm = [make.write(number) for number in range(10)]
    refused = make.write(120, outcome, status=503)
    kept = [*calm, refused] if committed else calm
    commits = [TransactionCommitted(at=op.done, keys={op.key: {"insert orders": 1}}, ids={})
               for op in kept]  # fmt: skip
    read = make.op(250, at=sent, shown=f"{calm[0].key},{refused.key}")
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=10)]
    found = AnswerUnlikeCalm().judge(evidence([*calm, refused, read], happened))
    assert found.verdict == verdict, found.reason
    if verdict == "fail":
        assert (found.code, found.ops) == ("shows-what-was-refused", (250,))


def test_what_was_done_after_the_fault_is_learned_from_too(evidence: Any, make: Any) -> None:
    """Three orders before the fault are too few to know that each has a row with its key."""
    acknowledged = [make.write(number) for number in (0, 1, 2, 210, 211, 212)]
    refused = make.write(120, Outcome.REFUSED, status=503)
    commits = [TransactionCommitted(at=op.done, keys={op.key: {"insert orders": 1}}, ids={})
               for op in acknowledged]  # fmt: skip
    read = make.op(250, at=2.5, shown=refused.key)
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=6)]
    found = AnswerUnlikeCalm().judge(evidence([*acknowledged, refused, read], happened))
    assert found.code == "shows-what-was-refused"


@pytest.mark.parametrize(
    ("strict", "number", "later", "verdict"),
    [
        (True, 3, 201, "fail"),
        (True, 2, 201, "pass"),
        (True, 3, 409, "pass"),  # it has conflicts without the fault, too
        (False, 3, 201, "pass"),
    ],
)
def test_a_lock_of_the_server_is_no_conflict_of_the_client(
    evidence: Any, make: Any, *, strict: bool, number: int, later: int, verdict: str
) -> None:
    post = {"request": "POST /items", "effect": "write", "key": "k"}
    calm = [answer(make, n, status=201, **post) for n in range(20)]
    blamed = [make.op(150 + n, status=409, outcome=Outcome.REFUSED, **post) for n in range(number)]
    blocked: dict[str, Any] = {"step": 0, "fault": "database.lock_table"}
    happened = [
        FaultInjected(at=1.0, label="x", effect="blocks", **blocked),
        FaultHealed(at=2.0, bites=3, what="x", **blocked),
    ]
    run = evidence([*calm, *blamed, answer(make, 250, status=later, **post)], happened)
    found = AnswerUnlikeCalm(no_conflicts=strict).judge(run)
    assert found.verdict == verdict, found.reason


@pytest.mark.parametrize(
    ("entries", "again", "pages"), [(1, 3, 3), (3, 3, 3), (1, 1, 3), (1, 3, 0)]
)
def test_a_page_that_was_asked_for_in_the_outage_first_is_compared_with_its_repeat(
    evidence: Any, make: Any, entries: int, again: int, pages: int
) -> None:
    """It is a part if all other pages are full, and it is full when it is asked for again."""
    calm = [
        answer(make, n, ITEMS[: pages or 1 + n % 3], request=f"GET /items?after={n}")
        for n in range(20)
    ]
    own = {"request": "GET /items?after=90"}
    first = answer(make, 150, ITEMS[:entries], **own)
    repeat = answer(make, 250, ITEMS[:again], **own)
    ops = [*calm, first, replace(repeat, id=FIRST_AGAIN)]
    found = AnswerUnlikeCalm().judge(evidence(ops))
    assert (found.code == "list-shortened") is (pages == 3 and entries < again)


def stream_of(*texts: str) -> str:
    return "".join(f"data: {text}\n\n" for text in texts)


@pytest.mark.parametrize(
    ("shown", "verdict"),
    [
        (stream_of("a", "b", "c", "done"), "pass"),
        (stream_of("a", "done"), "fail"),
        (stream_of("a", "b"), "pass"),  # whoever sees no end connects again
        (stream_of("a", '{"error": "away"}', "done"), "pass"),
    ],
)
def test_a_stream_that_ends_well_has_all_its_events(
    evidence: Any, make: Any, shown: str, verdict: str
) -> None:
    usual = stream_of("a", "b", "c", "done")
    common = {"request": "GET /feed", "content_type": "text/event-stream", "effect": "read"}
    ops = [
        answer(make, n, text, shape=describe_stream(text), **common)
        for n, text in [*((n, usual) for n in [*range(20), *range(250, 255)]), (150, shown)]
    ]
    finding = AnswerUnlikeCalm().judge(evidence(ops))
    assert finding.verdict == verdict, finding
    assert finding.code == ("list-shortened" if verdict == "fail" else "holds")


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "fail"),
        ({"refused": 2}, "pass"),
        ({"before": 401}, "pass"),
        ({"after": 401}, "pass"),
        ({"status": 404}, "fail"),
        ({"status": 404, "after": 404}, "pass"),
        ({"others": 9}, "pass"),
    ],
    ids=["told so in the outage only", "two may be wrong", "told so in calm", "and after it",
         "it was there before and after", "it may be gone", "little is known of the app"],
)  # fmt: skip
def test_a_rare_operation_is_not_closed_to_its_client_by_the_outage(
    evidence: Any, make: Any, changes: dict[str, int], verdict: str
) -> None:
    """Many operations, each asked now and then: what none was told in calm is no client's fault."""
    told = {"refused": 3, "before": 200, "after": 200, "status": 401, "others": 22, **changes}
    calm = [answer(make, n, name=f"read-{n}") for n in range(told["others"])]
    calm.append(answer(make, 40, name="mine", status=told["before"]))
    refused = [
        answer(make, 150 + n, "", name="mine", status=told["status"], outcome=Outcome.REFUSED)
        for n in range(told["refused"])
    ]
    again = answer(make, 250, name="mine", status=told["after"])
    found = AnswerUnlikeCalm().judge(evidence([*calm, *refused, again]))
    assert found.verdict == verdict, found.reason
