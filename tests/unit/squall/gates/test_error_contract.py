"""``error-contract``: what callers are told when it goes wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from squall.gates.error_contract import ErrorContract
from squall.history.evidence import Contract

NAME = "error-contract"
CUT = {"status": None, "error": "reset"}


def test_well_formed_errors_pass(evidence: Any, make: Any, told: Any) -> None:
    late = make.refusal(2, status=None, error="timeout", body="")
    run = evidence([make.op(0), make.refusal(1), late])
    assert ErrorContract().judge(run) == told.passed(
        NAME, "2 of 3 answers were errors, all well-formed", errors=2
    )


def test_the_commonest_breach_is_told_first_and_three_at_most(
    evidence: Any, make: Any, told: Any
) -> None:
    ops = [
        make.op(0),
        make.refusal(1),
        make.refusal(2, content_type="text/html", body="<h1>"),
        make.refusal(3, **CUT),
        make.refusal(4, **CUT),
        make.refusal(5, retry_after=None),
        make.refusal(6, status=500, body='{"title": "x", "status": 500}'),
    ]
    assert ErrorContract().judge(evidence(ops)) == told.failed(
        NAME,
        "2 x connection cut without an answer (reset);"
        " 1 x status 503 without application/problem+json;"
        " 1 x status 503 without a usable Retry-After",
        (2, 3, 4, 5, 6),
        code="connection-cut",
        errors=6,
        breaches=5,
        connection_cut=2,
        no_usable_retry_after=1,
        undocumented_server_error=1,
        wrong_media_type=1,
    )


def test_what_leaks_is_quoted(evidence: Any, make: Any, told: Any) -> None:
    leaky = make.refusal(4, body='{"title": "SELECT stock FROM items", "status": 503}')
    assert ErrorContract().judge(evidence([leaky])) == told.failed(
        NAME,
        "1 x status 503 leaks internals ('SELECT stock FROM')",
        (4,),
        code="internals-leaked",
        errors=1,
        breaches=1,
        internals_leaked=1,
    )


def test_cut_connections_may_be_allowed(evidence: Any, make: Any, told: Any) -> None:
    run = evidence([make.refusal(1, **CUT)])
    assert ErrorContract(allow_cut_connections=True).judge(run) == told.passed(
        NAME, "1 of 1 answers were errors, all well-formed", errors=1
    )


def test_callers_who_left_are_told_nothing(evidence: Any, make: Any, told: Any) -> None:
    run = evidence([make.refusal(1, status=None, error="hung-up")])
    assert ErrorContract().judge(run) == told.passed(
        NAME, "0 of 0 answers were errors, all well-formed", errors=0
    )


@pytest.mark.parametrize(
    ("words", "leaks"),
    [
        ("canceling statement due to user request", True),
        ("deadlock detected", True),
        ('relation \\"orders\\" does not exist', True),
        ("the database system is starting up", True),
        ("the database is not available", False),
        ("item 7 does not exist", False),
        ("ConnectError('All connection attempts failed')", True),
        ("Server error '503 Service Unavailable' for url 'http://rates/1'", True),
        ("Cannot connect to host rates:80 ssl:default", True),
        ("Error 111 connecting to cache:6379. Connection refused.", True),
        ("Redis is loading the dataset in memory", True),
        ("[Errno 111] Connection refused", True),
        ("The carrier cannot be reached. Nothing was changed; try again.", False),
        ("ReadTimeout", False),
        ("Error 42: your card cannot be read", False),
    ],
)
def test_the_servers_words_are_internals(evidence: Any, make: Any, words: str, leaks: bool) -> None:
    body = '{"title": "Unavailable", "status": 503, "detail": "' + words + '"}'
    found = ErrorContract().judge(evidence([make.refusal(1, body=body)]))
    assert (found.code == "internals-leaked") is leaks, found.reason


@pytest.mark.parametrize(
    ("pause", "usable"),
    [("1", True), ("600", True), ("0", False), ("1000", False), ("3601", False)],
)
def test_a_pause_of_nothing_is_none(evidence: Any, make: Any, pause: str, usable: bool) -> None:
    found = ErrorContract().judge(evidence([make.refusal(1, retry_after=pause)]))
    assert (found.verdict == "pass") is usable


@pytest.mark.parametrize(
    ("control", "changes", "kept"),
    [
        ("public, max-age=600", {}, True),
        ("s-maxage=60, max-age=1", {}, True),
        ("public, max-age=5", {}, False),
        ("no-store, max-age=600", {}, False),
        ("no-cache, max-age=600", {}, False),
        ("", {}, False),
        ("max-age=600", {"effect": "write"}, False),
    ],
)
def test_an_error_that_caches_repeat_outlasts_the_outage(
    evidence: Any, make: Any, control: str, changes: dict[str, Any], kept: bool
) -> None:
    run = evidence([make.refusal(1, cache_control=control, **{"effect": "read", **changes})])
    found = ErrorContract().judge(run)
    assert (found.code == "cacheable-error") is kept, found.reason


@pytest.mark.parametrize(
    ("pause", "verdict"), [("1000", "fail"), ("30", "pass"), (None, "pass"), ("0", "pass"),
                           ("Wed, 21 Oct 2026 07:28:00 GMT", "pass")],
)  # fmt: skip
def test_nobody_is_sent_away_for_longer_than_an_outage(
    evidence: Any, make: Any, pause: str | None, verdict: str
) -> None:
    """Also where the contract requires no Retry-After: it says seconds, not milliseconds."""
    contract = Contract(deadline_seconds=1.0, retry_after_statuses=frozenset())
    run = evidence([make.refusal(1, retry_after=pause)], contract=contract)
    assert ErrorContract().judge(run).verdict == verdict


@pytest.mark.parametrize(
    ("request_", "body", "leaks"),
    [
        ("GET /items/7", "{'instance': 'http://127.0.0.1:18212/items/7'}", False),
        ("GET /items/7?x=1", "{'instance': 'http://127.0.0.1:18212/items/7?x=1'}", False),
        ("GET /items/7", "{'instance': 'http:\\/\\/127.0.0.1:18212/items/7'}", False),
        ("GET /items/7", "{'instance': '/items/7', 'detail': '127.0.0.1:5432 refused'}", True),
        ("GET /items/7", "{'instance': 'http://127.0.0.1:5432/items/70'}", True),
    ],
)
def test_the_requests_own_address_is_no_leak(
    evidence: Any, make: Any, request_: str, body: str, leaks: bool
) -> None:
    text = body.replace("'", '"').replace("{", '{"title": "x", "status": 503, ')
    found = ErrorContract().judge(evidence([make.refusal(4, body=text, request=request_)]))
    assert (found.code == "internals-leaked") is leaks, found.reason


def test_a_header_may_tell_no_more_than_a_body(evidence: Any, make: Any) -> None:
    told = "x-error: canceling statement due to statement timeout"
    found = ErrorContract().judge(evidence([make.refusal(1, headers=told)]))
    assert (found.code, "in a header" in found.reason) == ("internals-leaked", True)
    usual = make.refusal(1, headers="via: 1.1 x")
    assert ErrorContract().judge(evidence([usual])).verdict == "pass"


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ("0.05", "fail"),
        ("soon", "fail"),
        ("2", "pass"),
        (None, "pass"),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "pass"),
    ],
)
def test_a_pause_that_no_client_can_read_is_a_breach_without_a_declaration(
    evidence: Any, make: Any, given: str | None, verdict: str
) -> None:
    contract = Contract(deadline_seconds=1.0, retry_after_statuses=frozenset())
    run = evidence([make.refusal(1, retry_after=given)], contract=contract)
    assert ErrorContract().judge(run).verdict == verdict


def test_429_says_when_to_come_back(evidence: Any, make: Any) -> None:
    body = '{"title": "Too many", "status": 429}'
    shed = make.refusal(1, status=429, body=body, retry_after=None)
    assert ErrorContract().judge(evidence([shed])).code == "no-usable-retry-after"


def test_errors_name_their_request_if_answers_do(evidence: Any, make: Any) -> None:
    answers = [make.op(n, at=0.02 * n, named=True) for n in range(20)]
    gate = ErrorContract(requests_named=True)
    assert gate.judge(evidence([*answers, make.refusal(30, at=1.2)])).code == "no-request-id"
    for sound in (
        [*answers, make.refusal(30, at=1.2, named=True)],
        [*answers, make.op(21, at=0.5), make.refusal(30, at=1.2)],
    ):
        assert gate.judge(evidence(sound)).verdict == "pass"
    assert ErrorContract().judge(evidence([*answers, make.refusal(30, at=1.2)])).verdict == "pass"


def test_who_asks_for_nothing_may_be_refused_as_nobody_documented(evidence: Any, make: Any) -> None:
    contract = Contract(deadline_seconds=1.0, error_statuses=frozenset({503}))
    body = '{"title": "Gone", "status": 410}'

    def judged(number: int) -> str:
        gone = make.refusal(number, status=410, body=body)
        return str(ErrorContract().judge(evidence([gone], contract=contract)).verdict)

    assert (judged(40_000_001), judged(1)) == ("pass", "fail")
    bug = make.refusal(40_000_001, status=500, body="Internal Server Error")
    assert ErrorContract().judge(evidence([bug], contract=contract)).verdict == "pass"


@pytest.mark.parametrize(("requests", "code"), [(4, "holds"), (5, "request-id-of-another")])
def test_an_error_has_the_id_of_its_own_request(
    evidence: Any, make: Any, requests: int, code: str
) -> None:
    body = json.dumps({**json.loads(make.refusal(0).body), "request_id": "7f3a9c"})
    own = [make.refusal(140 + n, body=body.replace("7f3a9c", f"7f3a9c{n}")) for n in range(8)]
    shared = [make.refusal(120 + n, body=body) for n in range(requests)]
    gate = ErrorContract(requests_named=True)
    assert gate.judge(evidence([*own, *shared])).code == code
    assert ErrorContract().judge(evidence([*own, *shared])).code == "holds"


@pytest.mark.parametrize(("named", "code"), [(True, "request-id-of-another"), (False, "holds")])
def test_a_placeholder_is_not_the_id_of_a_request(
    evidence: Any, make: Any, *, named: bool, code: str
) -> None:
    answers = [make.op(n, at=0.02 * n, named=named) for n in range(20)]
    body = json.dumps({**json.loads(make.refusal(0).body), "request_id": "-"})
    shared = [make.refusal(120 + n, body=body, named=named) for n in range(6)]
    assert ErrorContract(requests_named=True).judge(evidence([*answers, *shared])).code == code


def test_attempts_of_one_request_may_share_its_id(evidence: Any, make: Any) -> None:
    body = json.dumps({**json.loads(make.refusal(0).body), "request_id": "7f3a9c"})
    attempts = [make.refusal(120 + n, body=body, key="k1") for n in range(8)]
    assert ErrorContract(requests_named=True).judge(evidence(attempts)).code == "holds"
