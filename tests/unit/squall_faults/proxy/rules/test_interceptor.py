"""What the client and the server see of each rule, byte by byte."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from squall_faults.proxy.actions import (
    Action,
    Close,
    Direction,
    EndOfFile,
    Hold,
    ResetConnection,
    ToClient,
    ToServer,
)
from squall_faults.proxy.postgres import messages as pg
from squall_faults.proxy.postgres.error_statements import failing
from squall_faults.proxy.rules.armed_rules import Armed
from squall_faults.proxy.rules.interceptor import Interceptor
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet

Speak = Callable[[str], bytes]

UNTOUCHED: list[Action] = []
INJECTED = b"E\0\0\0\x3aSERROR\0VERROR\0C40001\0Minjected by rule serialization\0\0"


class Bench:
    """A wire whose session is open, in the notation of the tests."""

    def __init__(self, up: Speak, down: Speak) -> None:
        self.up, self.down = up, down
        self.rules = RuleSet()
        self.wire = Interceptor(self.rules)
        self.wire.client_bytes(up("startup"))
        self.wire.server_bytes(down("R 0000 / K 00000000 / Z I"))

    def arm(self, **values: object) -> Armed[Rule]:
        return self.rules.arm(Rule.from_dict({"id": "rule", **values}))

    def fail(self, **values: object) -> Armed[Rule]:
        values = {"id": "serialization", "on": "statement", "sqlstate": "40001", **values}
        return self.arm(**{"do": "error", **values})

    def sent(self, text: str) -> list[Action]:
        return self.wire.client_bytes(self.up(text))

    def answered(self, text: str) -> list[Action]:
        return self.wire.server_bytes(self.down(text))

    def begin(self) -> None:
        self.sent("Q BEGIN")
        self.answered("C BEGIN / Z T")


@pytest.fixture
def bench(up: Speak, down: Speak) -> Bench:
    return Bench(up, down)


# cut


def test_a_cut_statement_never_reaches_the_server(bench: Bench) -> None:
    armed = bench.arm(on="statement", statement="^commit$", do="cut")
    bench.begin()
    earlier = bench.up("Q INSERT")
    assert bench.wire.client_bytes(earlier + bench.up("Q commit / Q SELECT")) == [
        ToServer(earlier),
        ResetConnection(),
    ]
    assert (bench.wire.over, armed.bites) == (True, 1)
    assert bench.answered("C INSERT / Z T") == bench.sent("Q SELECT") == UNTOUCHED


def test_a_cut_reply_is_swallowed_up_to_the_end_of_its_unit(bench: Bench) -> None:
    bench.arm(on="reply", tag="^COMMIT$", do="cut")
    bench.begin()
    assert bench.sent("Q COMMIT") == [ToServer(bench.up("Q COMMIT"))]
    assert bench.answered("S a=b / C COMMIT") == [ToClient(bench.down("S a=b"))]
    assert bench.answered("N 01000") == UNTOUCHED
    assert bench.answered("Z I") == [ResetConnection()]


def test_a_cut_reply_without_sync_ends_at_once(bench: Bench) -> None:
    bench.arm(on="reply", tag="^INSERT", do="cut")
    bench.sent("P |INSERT / B | / E  / H")
    assert bench.answered("1 / 2 / C INSERT 0 1") == [
        ToClient(bench.down("1 / 2")),
        ResetConnection(),
    ]


def test_a_cut_reply_of_an_implicit_transaction_waits_for_its_commit(bench: Bench) -> None:
    bench.arm(on="reply", tag="^INSERT", do="cut")
    bench.sent("P |INSERT / B | / E  / S")
    assert bench.answered("1 / 2 / C INSERT 0 1") == [ToClient(bench.down("1 / 2"))]
    assert bench.answered("Z I") == [ResetConnection()]


def test_a_write_in_autocommit_of_which_one_row_is_asked_is_cut_behind_its_commit(
    bench: Bench,
) -> None:
    """A driver's fetchrow: the answer ends with PortalSuspended and names no command."""
    armed = bench.arm(on="reply", statement=r"^\s*insert", transaction="I", do="cut")
    bench.sent("P |INSERT / B | / E  / S")
    assert bench.answered("1 / 2") == [ToClient(bench.down("1 / 2"))]
    assert bench.answered("D x / s") == UNTOUCHED
    assert bench.answered("Z I") == [ResetConnection()]
    assert armed.bites == 1


def test_the_same_write_within_a_transaction_is_not_cut(bench: Bench) -> None:
    bench.arm(on="reply", statement=r"^\s*insert", transaction="I", do="cut")
    bench.begin()
    bench.sent("P |INSERT / B | / E  / S")
    whole = "1 / 2 / D x / s / Z T"
    assert bench.answered(whole) == [ToClient(bench.down(whole))]


def test_without_a_tag_nothing_of_the_answer_is_seen(bench: Bench) -> None:
    armed = bench.arm(on="reply", statement="^select", do="cut")
    bench.sent("Q SELECT 1 / Q SELECT 2")
    assert bench.answered("T / D x / D y") == bench.answered("C SELECT 2") == UNTOUCHED
    assert bench.answered("Z I / T / C SELECT 0") == [ResetConnection()]
    assert armed.bites == 1


def test_an_answer_begins_once(bench: Bench) -> None:
    armed = bench.arm(on="reply", do="cut", nth=2)
    bench.sent("Q SELECT 1; SELECT 2 / P |X / B | / E  / S")
    bench.answered("T / D x / C SELECT 1 / T / D x / C SELECT 1 / Z I / 1 / 2")
    assert (armed.matches, armed.bites) == (1, 0)
    assert bench.answered("C X / Z I") == [ResetConnection()]


def test_a_copy_that_waits_for_data_is_cut_at_once(bench: Bench) -> None:
    bench.arm(on="reply", statement="^copy", do="cut")
    bench.sent("Q COPY")
    assert bench.answered("G 000") == [ResetConnection()]


def test_a_server_that_ends_within_a_cut_answer_is_a_cut_too(bench: Bench) -> None:
    bench.arm(on="reply", tag="COMMIT", do="cut")
    bench.sent("Q COMMIT")
    assert bench.answered("C COMMIT") == UNTOUCHED
    assert bench.wire.server_finished() == [ResetConnection()]


# stall and delay


def test_a_stalled_reply_comes_back_in_order(bench: Bench) -> None:
    bench.arm(on="reply", tag="^SELECT", do="stall")
    bench.sent("Q SELECT / Q OTHER")
    hold = Hold(Direction.DOWN, "rule", None)
    assert bench.answered("T / C SELECT 1 / Z I") == [ToClient(bench.down("T")), hold]
    assert bench.answered("C OTHER") == UNTOUCHED
    assert bench.wire.held_bytes(Direction.DOWN) == len(bench.down("C SELECT 1 / Z I / C OTHER"))
    assert bench.sent("Q MORE") == [ToServer(bench.up("Q MORE"))]
    bench.rules.disarm("rule")
    assert bench.wire.disarmed("another") == UNTOUCHED
    given = b"".join(action.data for action in bench.wire.disarmed("rule"))  # type: ignore[union-attr] # all are ToClient
    assert given == bench.down("C SELECT 1 / Z I / C OTHER")
    assert bench.wire.held_bytes(Direction.DOWN) == 0
    assert bench.answered("Z I") == [ToClient(bench.down("Z I"))]


def test_a_stalled_statement_does_not_stop_earlier_answers(bench: Bench) -> None:
    bench.arm(on="statement", statement="two", do="stall")
    assert bench.sent("Q one / Q two") == [
        ToServer(bench.up("Q one")),
        Hold(Direction.UP, "rule", None),
    ]
    assert bench.answered("C ONE / Z I") == [ToClient(bench.down("C ONE / Z I"))]
    bench.rules.disarm("rule")
    assert bench.wire.disarmed("rule") == [ToServer(bench.up("Q two"))]
    assert bench.answered("C TWO / Z I") == [ToClient(bench.down("C TWO / Z I"))]


def test_delays_follow_one_another(bench: Bench) -> None:
    armed = bench.arm(on="statement", statement="slow", do="delay", delay_ms=250, times=2)
    [first] = bench.sent("Q slow 1 / Q slow 2 / Q quick")
    assert first == Hold(Direction.UP, "rule", 0.25)
    assert isinstance(first, Hold)
    written, second = bench.wire.release(first)
    assert written == ToServer(bench.up("Q slow 1"))
    assert isinstance(second, Hold)
    assert bench.wire.release(first) == UNTOUCHED, "an old timer must not end a new hold"
    assert bench.wire.release(second) == [
        ToServer(bench.up("Q slow 2")),
        ToServer(bench.up("Q quick")),
    ]
    assert armed.bites == 2


def test_the_end_of_file_waits_for_what_is_held(bench: Bench) -> None:
    bench.arm(on="statement", do="delay", delay_ms=1)
    [hold] = bench.sent("Q slow")
    assert bench.wire.client_finished() == UNTOUCHED
    assert isinstance(hold, Hold)
    assert bench.wire.release(hold) == [ToServer(bench.up("Q slow")), EndOfFile(Direction.UP)]


def test_an_incomplete_message_is_passed_on_before_the_end_of_file(bench: Bench) -> None:
    assert bench.wire.client_bytes(b"Q\0\0\0\x09SE") == UNTOUCHED
    assert bench.wire.client_finished() == [
        ToServer(b"Q\0\0\0\x09SE"),
        EndOfFile(Direction.UP),
    ]
    assert bench.wire.server_finished() == [EndOfFile(Direction.DOWN)]


# error


@pytest.mark.parametrize("status", ["I", "T", "E"])
def test_the_server_fails_a_query_itself_and_reports_its_status(bench: Bench, status: str) -> None:
    armed = bench.fail(statement="^update")
    assert bench.sent("Q UPDATE t") == [ToServer(failing(pg.QUERY, "UPDATE t", "40001"))]
    assert bench.answered(f"N 01000 / E 42601 / Z {status}") == [
        ToClient(INJECTED),
        ToClient(bench.down(f"Z {status}")),
    ]
    assert armed.bites == 1
    assert bench.sent("Q SELECT") == [ToServer(bench.up("Q SELECT"))]
    assert bench.answered("C SELECT 1 / Z I") == [ToClient(bench.down("C SELECT 1 / Z I"))]


def test_a_failing_commit_rolls_back_and_shows_one_error(bench: Bench) -> None:
    bench.fail(transaction="T")
    bench.begin()
    assert bench.sent("Q COMMIT") == [ToServer(failing(pg.QUERY, "COMMIT", "40001"))]
    assert bench.answered("S search_path=x / C ROLLBACK / N 01000 / E 42P01 / Z I") == [
        ToClient(bench.down("S search_path=x")),
        ToClient(INJECTED),
        ToClient(bench.down("Z I")),
    ]


@pytest.mark.parametrize(
    ("sql", "answer"), [("UPDATE", "E 42601"), ("COMMIT", "1 / 2 / C ROLLBACK / 3 / E 42601")]
)
def test_an_extended_query_skips_to_sync_as_the_server_does(
    bench: Bench, sql: str, answer: str
) -> None:
    bench.fail(nth=1, times=1)
    assert bench.sent(f"P |{sql} / B | / D P / E  / C P / S") == [
        ToServer(bench.up(f"P |{sql} / B | / D P")),
        ToServer(failing(pg.EXECUTE, sql, "40001")),
        ToServer(bench.up("C P / S")),
    ]
    assert bench.answered(f"1 / 2 / n / {answer} / Z I") == [
        ToClient(bench.down("1 / 2 / n")),
        ToClient(INJECTED),
        ToClient(bench.down("Z I")),
    ]
    assert bench.sent("Q X") == [ToServer(bench.up("Q X"))]
    assert bench.answered("C X / Z I") == [ToClient(bench.down("C X / Z I"))]


def test_a_long_query_is_exchanged_as_a_whole(bench: Bench) -> None:
    bench.fail(statement="^insert")
    query = pg.query("INSERT " + "x" * 300_000)
    sent = [bench.wire.client_bytes(query[at : at + 65_536]) for at in range(0, len(query), 65_536)]
    substitute = ToServer(failing(pg.QUERY, "INSERT", "40001"))
    assert sent == [[], [substitute], [], [], []]
    assert bench.sent("Q X") == [ToServer(bench.up("Q X"))]


def test_earlier_answers_of_a_pipeline_come_first_and_later_units_work(bench: Bench) -> None:
    bench.fail(statement="two", times=1)
    bench.sent("P |one / B | / E  / P |two / B | / E  / P |two / B | / E  / S / Q three")
    assert bench.answered("1 / 2 / C ONE / 1 / 2 / E 42601 / Z I / C THREE / Z I") == [
        ToClient(bench.down("1 / 2 / C ONE / 1 / 2")),
        ToClient(INJECTED),
        ToClient(bench.down("Z I / C THREE / Z I")),
    ]


def test_a_unit_fails_once_and_the_next_unit_can_fail_again(bench: Bench) -> None:
    armed = bench.fail()
    bench.sent("P |a / B | / E  / B | / E  / S / B | / E  / S")
    assert (armed.matches, armed.bites) == (2, 2)


def test_a_statement_that_the_server_never_came_to_was_not_bitten(bench: Bench) -> None:
    armed = bench.fail(statement="two", times=1)
    bench.sent("P |one / B | / E  / P |two / B | / E  / S")
    assert armed.bites == 1
    assert bench.answered("1 / 2 / E 23505 / Z I") == [
        ToClient(bench.down("1 / 2 / E 23505 / Z I"))
    ]
    assert armed.bites == 0
    assert bench.sent("Q two") == [ToServer(failing(pg.QUERY, "two", "40001"))]


def test_a_rule_knows_statements_that_were_prepared_before_it(bench: Bench) -> None:
    bench.sent("P a|UPDATE t / D Sa / S")
    bench.answered("1 / t / n / Z I")
    bench.fail(statement="^update")
    assert bench.sent("B |a / E  / S") == [
        ToServer(bench.up("B |a")),
        ToServer(failing(pg.EXECUTE, "UPDATE t", "40001")),
        ToServer(bench.up("S")),
    ]


@pytest.mark.parametrize(("status", "bites"), [("I", 0), ("T", 1), ("E", 0)])
def test_a_rule_can_ask_for_a_transaction_status(bench: Bench, status: str, bites: int) -> None:
    armed = bench.fail(transaction="T")
    bench.sent("H")
    bench.answered(f"Z {status}")
    bench.sent("Q X")
    assert armed.bites == bites


# fatal


@pytest.mark.parametrize(("kind", "text"), [("Q", "Q X"), ("E", "E ")])
def test_a_fatal_statement_comes_behind_earlier_answers(bench: Bench, kind: str, text: str) -> None:
    bench.arm(on="statement", do="fatal", sqlstate="57P01", message="bye", nth=2)
    bench.sent("P |X / B | / E  / S / B |")
    assert bench.sent(text) == [ToServer(failing(ord(kind), "X", "57P01"))]
    assert bench.answered("1 / 2 / C X / Z I / 2 / E 42601 / Z I") == [
        ToClient(bench.down("1 / 2 / C X / Z I / 2")),
        ToClient(b"E\0\0\0\x1fSFATAL\0VFATAL\0C57P01\0Mbye\0\0"),
        Close(),
    ]
    assert bench.wire.over


def test_a_fatal_statement_that_the_server_never_came_to_ends_nothing(bench: Bench) -> None:
    armed = bench.arm(on="statement", statement="two", do="fatal", sqlstate="57P01")
    bench.sent("P |one / B | / E  / P |two / B | / E ")
    assert bench.answered("1 / 2 / E 23505") == [ToClient(bench.down("1 / 2 / E 23505"))]
    assert bench.sent("S") == [ToServer(bench.up("S"))]
    assert bench.answered("Z I") == [ToClient(bench.down("Z I"))]
    assert (bench.wire.over, armed.bites) == (False, 0)


def test_a_fatal_reply_hides_the_answer_and_says_why(bench: Bench) -> None:
    bench.arm(on="reply", tag="^COMMIT", do="fatal", sqlstate="57P01")
    bench.sent("Q COMMIT")
    assert bench.answered("C COMMIT / Z I") == [
        ToClient(pg.error_response("FATAL", "57P01", "injected by rule rule")),
        Close(),
    ]


# start-up and encryption


@pytest.mark.parametrize("do", ["error", "fatal"])
def test_a_refused_start_up_never_reaches_the_server(up: Speak, do: str) -> None:
    rules = RuleSet()
    rule = {"id": "r", "on": "startup", "do": do, "sqlstate": "53300", "message": "full"}
    rules.arm(Rule.from_dict(rule | {"statement": "user=squall database=orders$"}))
    wire = Interceptor(rules)
    assert wire.client_bytes(up("startup")) == [
        ToClient(b"E\0\0\0\x20SFATAL\0VFATAL\0C53300\0Mfull\0\0"),
        Close(),
    ]


@pytest.mark.parametrize(
    ("rule", "actions"),
    [
        ({"do": "cut"}, [ResetConnection()]),
        ({"do": "stall"}, [Hold(Direction.UP, "r", None)]),
        ({"do": "delay", "delay_ms": 40}, [Hold(Direction.UP, "r", 0.04)]),
        ({"do": "cut", "statement": "database=another"}, None),
        ({"do": "cut", "nth": 2}, None),
    ],
)
def test_start_up_can_be_cut_and_held(
    up: Speak, rule: dict[str, object], actions: list[Action] | None
) -> None:
    rules = RuleSet()
    rules.arm(Rule.from_dict({"id": "r", "on": "startup", **rule}))
    expected = [ToServer(up("startup"))] if actions is None else actions
    assert Interceptor(rules).client_bytes(up("startup")) == expected


def test_a_cancel_request_is_no_start_up(up: Speak) -> None:
    rules = RuleSet()
    rules.arm(Rule(id="r", on="startup", do="cut"))
    assert Interceptor(rules).client_bytes(up("cancel")) == [ToServer(up("cancel"))]


def test_encryption_is_refused_on_request(up: Speak, down: Speak) -> None:
    wire = Interceptor(RuleSet(), refuse_encryption=True)
    assert wire.client_bytes(up("gss")) == wire.client_bytes(up("tls")) == [ToClient(b"N")]
    assert wire.client_bytes(up("startup")) == [ToServer(up("startup"))]
    assert wire.server_bytes(down("R 0000")) == [ToClient(down("R 0000"))]
    assert not wire.plain


def test_an_encrypted_connection_passes_as_it_is(up: Speak) -> None:
    rules = RuleSet()
    rules.arm(Rule(id="r", on="statement", do="cut"))
    wire = Interceptor(rules)
    assert wire.client_bytes(up("tls")) == [ToServer(up("tls"))]
    assert wire.server_bytes(b"S") == [ToClient(b"S")]
    assert wire.client_bytes(up("Q X")) == [ToServer(up("Q X"))]
    assert (wire.plain, wire.encrypted) == (True, True)


def test_what_was_withheld_is_passed_on_when_the_other_side_makes_no_sense(bench: Bench) -> None:
    assert bench.wire.client_bytes(b"Q\0\0\0\x09SE") == UNTOUCHED
    assert bench.wire.server_bytes(b"\xff\xff") == [
        ToClient(b"\xff\xff"),
        ToServer(b"Q\0\0\0\x09SE"),
    ]
    assert (bench.wire.plain, bench.wire.encrypted) == (True, False)
