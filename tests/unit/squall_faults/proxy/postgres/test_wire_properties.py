"""However the bytes are cut into chunks, both sides get the same; without a rule, what was sent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

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
from squall_faults.proxy.postgres import messages as pg
from squall_faults.proxy.rules.interceptor import Interceptor
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet

Speak = Callable[[str], bytes]
CUTS = st.lists(st.integers(min_value=0, max_value=500), max_size=8)
UP, DOWN = Direction.UP, Direction.DOWN


class Ends:
    """What arrives at both ends of a wire."""

    def __init__(self, *rules: Rule, release: bool = False) -> None:
        self.rules = RuleSet()
        for rule in rules:
            self.rules.arm(rule)
        self.wire = Interceptor(self.rules)
        self.got = {UP: b"", DOWN: b""}
        self.ended: list[Action] = []
        self.release = release

    def feed(self, direction: Direction, chunk: bytes) -> None:
        wire = self.wire
        self.take(wire.client_bytes(chunk) if direction is UP else wire.server_bytes(chunk))

    def finish(self) -> None:
        for armed in self.rules.armed:
            self.rules.disarm(armed.rule.id)
            self.take(self.wire.disarmed(armed.rule.id))
        self.take(self.wire.client_finished())
        self.take(self.wire.server_finished())

    def take(self, actions: list[Action]) -> None:
        for action in actions:
            assert not any(isinstance(end, ResetConnection | Close) for end in self.ended), action
            match action:
                case ToServer(data):
                    self.got[UP] += data
                case ToClient(data):
                    self.got[DOWN] += data
                case Hold():
                    if self.release:
                        self.take(self.wire.release(action))
                case EndOfFile() | ResetConnection() | Close():
                    self.ended.append(action)


def in_chunks(data: bytes, cuts: Sequence[int]) -> Iterator[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return (data[begin:end] for begin, end in itertools.pairwise(places))


def conversation(ends: Ends, turns: list[tuple[Direction, bytes]], cuts: list[list[int]]) -> Ends:
    for (direction, data), places in itertools.zip_longest(turns, cuts[: len(turns)]):
        for chunk in in_chunks(data, places or []):
            ends.feed(direction, chunk)
    ends.finish()
    return ends


def a_message(kinds: dict[int, tuple[int, int]]) -> st.SearchStrategy[bytes]:
    def body(kind: int) -> st.SearchStrategy[bytes]:
        least, largest = kinds[kind]
        content = st.binary(min_size=least - 4, max_size=min(largest - 4, 20))
        return content.map(lambda content: pg.message(kind, content))

    return st.sampled_from(sorted(kinds)).flatmap(body)


def turns_of(
    client: st.SearchStrategy[bytes], server: st.SearchStrategy[bytes]
) -> st.SearchStrategy[list[tuple[Direction, bytes]]]:
    joined = {UP: st.lists(client).map(b"".join), DOWN: st.lists(server).map(b"".join)}
    turn = st.one_of(*(st.tuples(st.just(way), data) for way, data in joined.items()))
    return st.lists(turn, max_size=8)


CLIENT, SERVER = a_message(pg.FROM_CLIENT), a_message(pg.FROM_SERVER)
NOISE = st.binary(max_size=40)
NEVER = [
    Rule(id=on, on=on, do="cut", statement="this is never sent by anybody")
    for on in ("statement", "reply", "startup")
]
ALWAYS = [
    {"on": "statement", "do": "cut"},
    {"on": "statement", "do": "error", "sqlstate": "40001", "nth": 2},
    {"on": "statement", "do": "fatal", "sqlstate": "57P01"},
    {"on": "statement", "do": "stall"},
    {"on": "reply", "do": "cut"},
    {"on": "reply", "do": "cut", "tag": "."},
    {"on": "reply", "do": "stall"},
    {"on": "reply", "do": "fatal", "sqlstate": "57P01", "tag": "."},
    {"on": "startup", "do": "stall"},
]


@given(turns_of(CLIENT, SERVER), st.lists(CUTS), st.booleans(), st.sampled_from([[], NEVER]))
def test_without_a_bite_both_sides_get_what_was_sent(
    turns: list[tuple[Direction, bytes]], cuts: list[list[int]], start: bool, rules: list[Rule]
) -> None:
    if start:
        turns = [(UP, b"\0\0\0\x09\0\3\0\0\0"), *turns]
    ends = conversation(Ends(*rules), turns, cuts)
    for way in (UP, DOWN):
        assert ends.got[way] == b"".join(data for direction, data in turns if direction is way)
    assert ends.ended == [EndOfFile(UP), EndOfFile(DOWN)]


@given(turns_of(CLIENT | NOISE, SERVER | NOISE), st.lists(CUTS), st.lists(st.sampled_from(ALWAYS)))
def test_nothing_makes_a_wire_raise(
    turns: list[tuple[Direction, bytes]], cuts: list[list[int]], rules: list[dict[str, object]]
) -> None:
    armed = [Rule.from_dict({"id": str(number), **rule}) for number, rule in enumerate(rules)]
    start = (UP, b"\0\0\0\x09\0\3\0\0\0")
    ends = conversation(Ends(*armed, release=True), [start, *turns], cuts)
    if all(rule.do == "stall" for rule in armed):
        assert ends.got[DOWN] == b"".join(data for way, data in turns if way is DOWN)


SCRIPT = [
    ("up", "startup"),
    ("down", "R 0000 / S a=b / K 00000000 / Z I"),
    ("up", "Q BEGIN / P s|INSERT INTO t / B |s / E  / S"),
    ("down", "C BEGIN / Z T / 1 / 2 / N 01000 / C INSERT 0 1 / Z T"),
    ("up", "Q COPY t FROM STDIN"),
    ("down", "G 000"),
    ("up", "d one / d two / c"),
    ("down", "C COPY 2 / Z T"),
    ("up", "Q COMMIT / Q SELECT 1"),
    ("down", "C COMMIT / E 42P01 / Z I / T / D x / D yy / C SELECT 2 / Z I"),
]
RULES: dict[str, dict[str, object]] = {
    "cut before commit": {"on": "statement", "statement": "^commit", "do": "cut"},
    "cut after commit": {"on": "reply", "tag": "^COMMIT$", "do": "cut"},
    "cut after an answer": {"on": "reply", "statement": "copy", "do": "cut"},
    "stalled reply": {"on": "reply", "statement": "insert", "do": "stall"},
    "stalled statement": {"on": "statement", "statement": "insert", "do": "stall"},
    "error": {"on": "statement", "statement": "commit", "do": "error", "sqlstate": "40001"},
    "fatal": {"on": "statement", "statement": "commit", "do": "fatal", "sqlstate": "57P01"},
    "fatal reply": {"on": "reply", "tag": "COMMIT", "do": "fatal", "sqlstate": "57P01"},
    "refused": {"on": "startup", "do": "error", "sqlstate": "57P03"},
}


@pytest.mark.parametrize("name", RULES)
@given(cuts=st.lists(CUTS, min_size=len(SCRIPT), max_size=len(SCRIPT)))
def test_a_rule_does_the_same_however_the_bytes_are_cut(
    up: Speak, down: Speak, name: str, cuts: list[list[int]]
) -> None:
    turns = [(UP, up(text)) if way == "up" else (DOWN, down(text)) for way, text in SCRIPT]
    rule = Rule.from_dict({"id": "r", **RULES[name]})
    whole = conversation(Ends(rule), turns, [])
    pieces = conversation(Ends(rule), turns, cuts)
    assert (pieces.got, pieces.ended) == (whole.got, whole.ended)
    sent = {way: b"".join(data for it, data in turns if it is way) for way in (UP, DOWN)}
    assert (whole.got == sent) == (RULES[name]["do"] == "stall"), "the rule did not bite"
