"""What client and server see of each rule on Redis commands, byte by byte."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
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
from squall_faults.proxy.rules.command_interceptor import (
    DISCARD,
    MAX_UNANSWERED,
    REFUSED,
    CommandInterceptor,
)
from squall_faults.proxy.rules.command_rule import CommandRule
from squall_faults.proxy.rules.command_rules import ArmedCommandRule, CommandRules

UNKNOWN = b"-ERR unknown command\r\n"
LOADING = b"-LOADING wait\r\n"


def sent(*words: bytes | str) -> bytes:
    """A command as clients write it."""
    texts = [word.encode() if isinstance(word, str) else word for word in words]
    return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%b\r\n" % (len(t), t) for t in texts)


GET, SET, PING = sent("GET", "a"), sent("set", "a", "1"), sent("PING")


class Bench:
    """A connection with its rules."""

    def __init__(self) -> None:
        self.rules = CommandRules()
        self.wire = CommandInterceptor(self.rules)

    def arm(self, **values: object) -> ArmedCommandRule:
        return self.rules.arm(CommandRule.from_dict({"id": "rule", **values}))

    def fail(self, **values: object) -> ArmedCommandRule:
        return self.arm(on="command", do="error", message="LOADING wait", **values)

    def up(self, data: bytes) -> list[Action]:
        return self.wire.client_bytes(data)

    def down(self, data: bytes) -> list[Action]:
        return self.wire.server_bytes(data)

    def plain(self) -> bool:
        return self.wire.plain

    def full(self) -> bool:
        return self.wire.full


@pytest.fixture
def bench() -> Bench:
    return Bench()


# error


def test_a_command_that_fails_is_refused_by_the_server_in_its_place(bench: Bench) -> None:
    armed = bench.fail(command="SET")
    assert bench.up(GET + SET + GET) == [ToServer(GET), ToServer(REFUSED), ToServer(GET)]
    assert bench.down(b"$1\r\nx\r\n" + UNKNOWN + b"$1\r\ny\r\n") == [
        ToClient(b"$1\r\nx\r\n"),
        ToClient(LOADING),
        ToClient(b"$1\r\ny\r\n"),
    ]
    assert (armed.bites, bench.wire.statements) == (1, 3)


def test_nothing_of_a_large_command_that_fails_reaches_the_server(bench: Bench) -> None:
    bench.fail(command="SET")
    assert bench.up(b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$9\r\n12") == [ToServer(REFUSED)]
    assert bench.up(b"34567") == []
    assert bench.up(b"89\r\n" + GET) == [ToServer(GET)]
    assert bench.down(UNKNOWN + b"+x\r\n") == [ToClient(LOADING), ToClient(b"+x\r\n")]


def test_a_transaction_is_spoilt_and_an_exec_that_fails_ends_it(bench: Bench) -> None:
    bench.fail(command="SET|EXEC")
    ups = sent("MULTI") + GET + SET + sent("EXEC")
    assert bench.up(ups) == [
        ToServer(sent("MULTI") + GET),
        ToServer(REFUSED),
        ToServer(DISCARD),
    ]
    assert bench.down(b"+OK\r\n+QUEUED\r\n" + UNKNOWN + b"+OK\r\n") == [
        ToClient(b"+OK\r\n+QUEUED\r\n"),
        ToClient(LOADING),
        ToClient(LOADING),
    ]


def test_what_sets_a_connection_up_does_not_fail(bench: Bench) -> None:
    armed = bench.fail()
    ups = sent("HELLO", "3") + sent("CLIENT", "SETINFO", "LIB-NAME", "x") + sent("SELECT", "1")
    assert bench.up(ups) == [ToServer(ups)]
    assert bench.up(PING) == [ToServer(REFUSED)]
    assert armed.bites == 1


def test_a_server_that_goes_away_has_refused_nothing(bench: Bench) -> None:
    armed = bench.fail()
    bench.up(GET)
    assert armed.bites == 1
    assert bench.wire.server_finished() == [EndOfFile(Direction.DOWN)]
    assert armed.bites == 0


def test_pushes_answer_nothing(bench: Bench) -> None:
    bench.fail(command="GET")
    push = b">2\r\n+invalidate\r\n*1\r\n$1\r\na\r\n"
    bench.up(GET + PING)
    assert bench.down(push + UNKNOWN + push + b"+PONG\r\n") == [
        ToClient(push),
        ToClient(LOADING),
        ToClient(push + b"+PONG\r\n"),
    ]


def test_empty_commands_are_not_answered(bench: Bench) -> None:
    bench.fail(command="GET")
    assert bench.up(b"\r\n*0\r\n" + GET) == [ToServer(b"\r\n*0\r\n"), ToServer(REFUSED)]
    assert bench.down(UNKNOWN) == [ToClient(LOADING)]


# cut


def test_a_reply_that_is_lost_was_a_command_that_is_done(bench: Bench) -> None:
    armed = bench.arm(on="reply", do="cut", command="INCR", nth=2)
    up = sent("INCR", "n")
    assert bench.up(up) == [ToServer(up)]
    assert bench.down(b":1\r\n") == [ToClient(b":1\r\n")]
    assert bench.up(up + PING) == [ToServer(up + PING)]
    assert bench.down(b":2\r\n+PONG\r\n") == [ResetConnection()]
    assert bench.down(b"+more\r\n") == bench.up(PING) == []
    assert (armed.bites, bench.wire.over) == (1, True)


@pytest.mark.parametrize("splits", [(7,), (1, 4, 5), (3, 8)])
def test_half_a_reply_arrives_and_then_the_end(bench: Bench, splits: tuple[int, ...]) -> None:
    bench.arm(on="reply", do="cut", after_bytes=6)
    bench.up(PING + GET)
    reply, actions, begin = b"$5\r\nhello\r\n", bench.down(b""), 0
    for end in (*splits, len(reply)):
        actions += bench.down(reply[begin:end])
        begin = end
    said = b"".join(action.data for action in actions if isinstance(action, ToClient))
    assert (said, actions[-1]) == (reply[:6], Close())


def test_a_reply_never_arrives_whole(bench: Bench) -> None:
    bench.arm(on="reply", do="cut", after_bytes=100)
    bench.up(GET)
    assert bench.down(b"$5\r\nhello\r\n") == [ToClient(b"$5\r\nhello\r"), Close()]


# stall


def test_a_held_reply_and_all_behind_it_are_given_back_in_order(bench: Bench) -> None:
    bench.arm(on="reply", do="stall", command="GET")
    bench.up(PING + GET + PING)
    hold = Hold(Direction.DOWN, "rule", None)
    assert bench.down(b"+PONG\r\n$1\r\nx\r\n") == [ToClient(b"+PONG\r\n"), hold]
    assert bench.down(b"+PONG\r\n") == []
    assert bench.wire.held_bytes(Direction.DOWN) == 14
    bench.rules.disarm("rule")
    assert bench.wire.disarmed("rule") == [ToClient(b"$1\r\nx\r\n"), ToClient(b"+PONG\r\n")]


def test_the_end_of_a_server_waits_for_what_is_held(bench: Bench) -> None:
    bench.arm(on="reply", do="stall")
    bench.up(GET)
    bench.down(b"+x\r\n")
    assert bench.wire.server_finished() == []
    bench.rules.disarm("rule")
    assert bench.wire.disarmed("rule") == [ToClient(b"+x\r\n"), EndOfFile(Direction.DOWN)]


# what is not understood


@pytest.mark.parametrize("name", ["SUBSCRIBE", "UNSUBSCRIBE", "MONITOR", "PSYNC"])
def test_what_is_sent_before_a_subscription_still_fails_and_all_else_passes(
    bench: Bench, name: str
) -> None:
    armed = bench.fail()
    ups = sent(name, "news")
    assert bench.up(PING + ups + PING) == [ToServer(REFUSED), ToServer(ups + PING)]
    assert not bench.plain()
    said = b"*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n"
    assert bench.down(UNKNOWN + said + said) == [ToClient(LOADING), ToClient(said + said)]
    assert bench.plain()
    assert bench.up(PING) == [ToServer(PING)]
    assert armed.bites == 1


def test_client_reply_off_is_not_counted_on(bench: Bench) -> None:
    bench.fail()
    off = sent("CLIENT", "REPLY", "OFF")
    assert bench.up(off + PING) == [ToServer(off + PING)]


def test_encrypted_bytes_pass(bench: Bench) -> None:
    bench.fail()
    hello = b"\x16\x03\x01\x02\x00\x01"
    assert bench.up(hello) == [ToServer(hello)]
    assert bench.down(b"\x16\x03\x03") == [ToClient(b"\x16\x03\x03")]
    assert (bench.wire.plain, bench.wire.encrypted) == (True, True)


def test_what_one_side_does_not_understand_lets_go_what_the_other_has_kept(bench: Bench) -> None:
    bench.up(GET)
    assert bench.down(b"*1") == []
    assert bench.up(b"*x\r\n") == [ToServer(b"*x\r\n"), ToClient(b"*1")]
    assert bench.down(b"\r\n?") == [ToClient(b"\r\n?")]


def test_a_client_that_runs_ahead_is_not_read(bench: Bench) -> None:
    bench.up((MAX_UNANSWERED - 1) * PING)
    assert not bench.full()
    bench.up(PING)
    assert bench.full()
    bench.down(b"+PONG\r\n")
    assert not bench.full()


@given(st.lists(st.integers(0, 400), max_size=20), st.lists(st.integers(0, 400), max_size=20))
def test_any_split_of_both_ways_gives_the_same(ups: list[int], downs: list[int]) -> None:
    bench = Bench()
    bench.fail(command="SET", nth=2)
    up = GET + SET + PING + SET + sent("EXEC") + SET
    down = b"$-1\r\n+OK\r\n+PONG\r\n" + UNKNOWN + b"*2\r\n*1\r\n:1\r\n$3\r\n\r\n*\r\n" + UNKNOWN
    to_server = b"".join(a.data for a in _fed(bench.up, up, ups) if isinstance(a, ToServer))
    to_client = b"".join(a.data for a in _fed(bench.down, down, downs) if isinstance(a, ToClient))
    assert to_server == GET + SET + PING + REFUSED + sent("EXEC") + REFUSED
    assert to_client == down.replace(UNKNOWN, LOADING)


def _fed(feed: Callable[[bytes], list[Action]], data: bytes, cuts: list[int]) -> list[Action]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [action for begin, end in itertools.pairwise(places) for action in feed(data[begin:end])]
