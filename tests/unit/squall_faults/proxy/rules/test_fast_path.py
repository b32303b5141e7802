"""What passes on the fast path leaves everything as if it had been taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from squall_faults.proxy.actions import Action, Hold, ToClient, ToServer
from squall_faults.proxy.rules import fast_path
from squall_faults.proxy.rules.interceptor import Interceptor
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet

Speak = Callable[[str], bytes]


class ByHand(Interceptor):
    """Takes everything apart."""

    def client_passes(self, data: bytes) -> bool:
        return not data

    def server_passes(self, data: bytes) -> bool:
        return not data


class End:
    """A wire, its rules, and all that came out of it."""

    def __init__(self, kind: type[Interceptor]) -> None:
        self.rules = RuleSet()
        self.wire = kind(self.rules)
        self.out: dict[type, bytes] = {ToServer: b"", ToClient: b""}
        self.others: list[Action] = []

    def take(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, ToServer | ToClient):
                self.out[type(action)] += action.data
            else:
                self.others.append(action)

    def do(self, turn: Turn) -> None:
        wire = self.wire
        match turn.what:
            case "up":
                self.take(wire.client_bytes(turn.data))
            case "down":
                self.take(wire.server_bytes(turn.data))
            case "arm" if str(turn.rule["id"]) not in self.rules:
                self.rules.arm(Rule.from_dict(turn.rule))
            case "disarm" if str(turn.rule["id"]) in self.rules:
                self.rules.disarm(str(turn.rule["id"]))
                self.take(wire.disarmed(str(turn.rule["id"])))
            case "release":
                for hold in [action for action in self.others if isinstance(action, Hold)]:
                    self.take(wire.release(hold))

    def seen(self) -> tuple[object, ...]:
        wire = self.wire
        counts = [(armed.rule.id, armed.matches, armed.bites) for armed in self.rules.armed]
        state = (
            wire.status, wire.statements, wire.plain, wire.encrypted, wire.over,
            dict(wire.settings),
        )  # fmt: skip
        return (self.out, self.others, counts, state)


class Turn(NamedTuple):
    what: str
    data: bytes = b""
    rule: dict[str, object] = {}  # noqa: RUF012 - never changed


# An exchange: what the client says, and what a server answers.
EXCHANGES = [
    ("Q SELECT 1", "T / D x / C SELECT 1 / Z I"),
    ("Q SELECT 1", "T / D x / D y / C SELECT 2 / Z T"),
    ("Q hot", "C UPDATE 1 / Z T"),
    ("Q hot", "E 40001 / Z E"),
    ("Q SELECT 1", "E 42P01 / Z I"),
    ("Q BEGIN", "C BEGIN / Z T"),
    ("Q COMMIT", "C COMMIT / Z I"),
    ("Q DISCARD ALL", "C DISCARD ALL / Z I"),
    ("Q ROLLBACK", "C ROLLBACK / Z I"),
    ("Q SET x = 1", "C SET / Z I"),
    ("Q SET y = 1", "C SET / Z T"),
    ("Q SET z = 1", "E 42704 / Z I"),
    ("Q BEGIN;SET x = 2", "C BEGIN / C SET / Z T"),
    ("P |SET x = 3 / B | / E  / S", "1 / 2 / C SET / Z I"),
    ("P a|SET y = 3 / B |a / E  / B | / E  / S", "1 / 2 / C SET / 2 / E 23505 / Z I"),
    ("Q one;two", "C ONE / T / D z / C TWO / Z I"),
    ("Q ", "I / Z I"),
    ("Q COPY t FROM STDIN / d one / c", "G 000 / C COPY 1 / Z I"),
    ("Q COPY t TO STDOUT", "H 000 / d one / c / C COPY 1 / Z I"),
    ("P a|SELECT 2 / S", "1 / Z I"),
    ("P a|hot / S", "1 / Z I"),
    ("P a|hot / S", "E 42601 / Z I"),
    ("P b|SELECT 3 / D b / S", "1 / t / T / Z I"),
    ("P |SELECT 4 / B | / D P / E  / S", "1 / 2 / T / D x / C SELECT 1 / Z I"),
    ("P |SELECT 4 / B | / E  / S", "E 42601 / Z I"),
    ("P |hot / B | / E  / S", "1 / 2 / C UPDATE 1 / Z I"),
    ("B |a / E  / S", "2 / D x / C SELECT 1 / Z I"),
    ("B |a / E  / S", "2 / C INSERT 0 1 / Z T"),
    ("B |b / D P / E  / S", "2 / n / C INSERT 0 1 / Z T"),
    ("B |b / E  / B |a / E  / S", "2 / C INSERT 0 1 / 2 / C INSERT 0 1 / Z T"),
    ("B |b / E  / S", "2 / E 23505 / Z E"),
    ("B | / E  / S", "2 / C SELECT 0 / Z I"),
    ("E  / S", "C SELECT 0 / Z T"),
    ("B p|a / E p / S", "2 / C SELECT 0 / Z T"),
    ("C Sa / S", "3 / Z I"),
    ("S", "Z I"),
    ("B |a / E  / S / B |b / E  / S", "2 / C A / Z T / 2 / C B / Z I"),
    ("B |a / E  / H", "2 / C A"),
    ("B |a / E  / H", "2 / E 23505"),
    ("Q LISTEN x", "A x / C LISTEN / S a=b / Z I"),
    ("Q DO", "N 01000 / C DO / Z I"),
    ("P a|SELECT 5 / B |a / E  / S", "1 / 2 / C SELECT 0 / Z I"),
]
RULES: list[dict[str, object]] = [
    {"id": "about", "on": "statement", "statement": "hot", "do": "stall", "nth": 2},
    {"id": "fails", "on": "statement", "statement": "^hot", "do": "error", "sqlstate": "40001"},
    {"id": "waits", "on": "statement", "statement": "SELECT [24]", "do": "stall", "times": 1},
    {"id": "first", "on": "reply", "statement": "SELECT 3", "do": "stall"},
    {"id": "tag", "on": "reply", "tag": "^COMMIT$", "do": "stall"},
    {"id": "both", "on": "reply", "tag": "INSERT", "statement": "SELECT 2", "do": "stall"},
    {"id": "in", "on": "statement", "statement": "3", "transaction": "T", "do": "stall"},
    {"id": "any", "on": "reply", "do": "stall", "nth": 4},
    {"id": "cut", "on": "statement", "statement": "SELECT 5", "transaction": "E", "do": "cut"},
]
ODD = [b"?", b"Q\0\0\0\x05", b"Z\0\0\0\x05I", b"S\0\0\0\x04", b"B\0\0\0\x04", b"D\0\0\0\x02"]


def exchange(draw: st.DrawFn, up: Speak, waiting: list[str]) -> list[Turn]:
    said, answer = draw(st.sampled_from(EXCHANGES))
    waiting.append(answer)
    return chunks(draw, "up", up(said))


@st.composite
def conversations(draw: st.DrawFn, up: Speak, down: Speak) -> list[Turn]:
    """Exchanges, some in a pipeline, cut at times, while rules come and go."""
    turns = [Turn("up", up("startup")), Turn("down", down("R 0000 / S a=b / K 00000000 / Z I"))]
    waiting: list[str] = []
    for _ in range(draw(st.integers(1, 16))):
        turns += meddling(draw)
        turns += exchange(draw, up, waiting)
        if draw(st.integers(0, 3)):
            together = draw(st.booleans())
            for answer in [" / ".join(waiting)] if together else waiting:
                turns += chunks(draw, "down", down(answer))
            waiting.clear()
    return turns


def meddling(draw: st.DrawFn) -> list[Turn]:
    what = draw(st.sampled_from(["", "", "", "", "", "arm", "disarm", "release", "up"]))
    if what in ("arm", "disarm"):
        return [Turn(what, rule=draw(st.sampled_from(RULES)))]
    if what == "up":
        odd = draw(st.sampled_from([(way, data) for way in ("up", "down") for data in ODD]))
        return [Turn(*odd)] if draw(st.integers(0, 7)) == 7 else []
    return [Turn(what)] if what else []


def chunks(draw: st.DrawFn, way: str, data: bytes) -> list[Turn]:
    cut = draw(st.integers(0, len(data))) if draw(st.integers(0, 3)) == 3 else 0
    return [Turn(way, part) for part in (data[:cut], data[cut:]) if part]


def known(wire: Interceptor) -> tuple[object, ...]:
    """What the session knows, once it has been told what passed it by."""
    wire._fast.close()
    session = wire._session
    steps = [(step.kind, step.sql, step.replaced and step.replaced.rule.id, step.undo)
             for step in session.outstanding]  # fmt: skip
    names = (session.names._statements, session.names._portals)
    return (steps, *names, session.skipping, session._copying, wire._unit_fails)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_both_ways_do_the_same_after_every_chunk(
    up: Speak, down: Speak, data: st.DataObject
) -> None:
    turns = data.draw(conversations(up, down))
    quick, slow = End(Interceptor), End(ByHand)
    passed = 0
    for turn in turns:
        quick.do(turn)
        slow.do(turn)
        assert quick.seen() == slow.seen(), turn
        passed += len(quick.wire._fast._waiting) > 0
    event(f"on the fast path: {'yes' if passed else 'no'}")
    assert known(quick.wire) == known(slow.wire)


HOT: dict[str, object] = {"id": "hot", "on": "statement", "statement": "hot", "do": "stall"}
LIKE_READY = "Z\0\0\0\5I"
TRICKY: dict[str, list[tuple[str, str]]] = {
    "an Execute of a portal from an earlier unit": [
        ("arm", "2"),
        ("up", "P a|hot / B |a / E  / S"),
        ("down", "1 / 2 / C UPDATE 1 / Z T"),
        ("up", "E  / S"),
    ],
    "a portal with a name": [
        ("up", "P a|hot / B p|a / S"),
        ("down", "1 / 2 / Z T"),
        ("up", "Q SELECT 1"),
        ("down", "C SELECT 1 / Z T"),
        ("arm", "1"),
        ("up", "B |b / E p / S"),
    ],
    "an unnamed statement from before the rule": [
        ("up", "P |hot / B | / E  / S"),
        ("down", "1 / 2 / C UPDATE 1 / Z I"),
        ("up", "B |b / E  / S"),
        ("down", "2 / C UPDATE 1 / Z I"),
        ("arm", "1"),
        ("up", "B | / E  / S"),
    ],
    "a row that ends a chunk like a ReadyForQuery": [
        ("up", "Q SELECT 1"),
        ("down", f"T / D 0{LIKE_READY}"),
        ("arm", "1"),
        ("up", "Q hot"),
        ("down", "C SELECT 1 / Z I"),
    ],
    "a row that is cut like a ReadyForQuery": [
        ("up", "Q SELECT 1"),
        ("cut", f"T / D 0{LIKE_READY}1234"),
        ("down", "C SELECT 1 / Z T"),
    ],
    "more answers than questions": [("up", "Q SELECT 1"), ("down", "C SELECT 1 / Z I / Z T")],
    "messages that are ignored up to the next Sync": [
        ("up", "B |a / E  / H"),
        ("down", "2 / E 23505"),
        ("up", "B |a / E  / S"),
    ],
    "a statement that failed behind one that waits": [
        ("up", "Q SELECT 1"),
        ("up", "B |a / E  / S"),
        ("down", "C SELECT 1 / Z T / E 23505 / Z E"),
        ("up", "Q ROLLBACK"),
    ],
}


@pytest.mark.parametrize("name", TRICKY)
def test_what_looks_alike_is_told_apart(up: Speak, down: Speak, name: str) -> None:
    quick, slow = End(Interceptor), End(ByHand)
    begin = [("up", "startup"), ("down", "R 0000 / Z I"), ("up", "S"), ("down", "Z I")]
    for what, text in [*begin, *TRICKY[name]]:
        match what:
            case "up":
                turns = [Turn("up", up(text))]
            case "cut":
                turns = [Turn("down", down(text)[:-4]), Turn("down", down(text)[-4:])]
            case "down":
                turns = [Turn("down", down(text))]
            case _:
                turns = [Turn("arm", rule=HOT | {"nth": int(text)})]
        for turn in turns:
            quick.do(turn)
            slow.do(turn)
            assert quick.seen() == slow.seen(), turn
    assert known(quick.wire) == known(slow.wire)


def through(up: Speak, down: Speak, *rules: dict[str, object]) -> Interceptor:
    """A wire whose session has begun."""
    armed = RuleSet()
    for rule in rules:
        armed.arm(Rule.from_dict(rule))
    wire = Interceptor(armed)
    wire.client_bytes(up("startup"))
    wire.server_bytes(down("R 0000 / Z I / S a=b / Z I"))
    wire.client_bytes(up("P a|SELECT 2 / S"))
    wire.server_bytes(down("1 / Z I"))
    return wire


NEVER: dict[str, object] = {"id": "never", "on": "statement", "statement": "never", "do": "cut"}
TAG: dict[str, object] = {"id": "tag", "on": "reply", "tag": "^COMMIT$", "do": "cut"}
QUICK = [
    ("Q SELECT 1", "T / D x / D yy / C SELECT 2 / Z I"),
    ("B |a / D P / E  / S", "2 / T / D x / C SELECT 1 / Z I"),
    ("P |SELECT 1 / B | / D P / E  / S", "1 / 2 / T / D x / C SELECT 1 / Z T"),
    ("B |a / E  / B |a / E  / S", "2 / C INSERT 0 1 / 2 / C INSERT 0 1 / Z T"),
]


@pytest.mark.parametrize(("said", "answer"), QUICK)
def test_what_drivers_mostly_say_passes(up: Speak, down: Speak, said: str, answer: str) -> None:
    wire = through(up, down, NEVER, TAG)
    for _ in range(3):
        assert wire.client_passes(up(said))
        assert wire.server_passes(down(answer))
    assert wire.status == answer[-1]
    assert wire.statements == 3 * said.count("E  ") + 3 * said.count("Q ")


def test_a_pipeline_passes_and_what_waits_is_bounded(up: Speak, down: Speak) -> None:
    wire = through(up, down, NEVER)
    for _ in range(fast_path.MAX_WAITING):
        assert wire.client_passes(up("Q SELECT 1"))
    assert not wire.client_passes(up("Q SELECT 1"))
    wire.client_judged(up("Q SELECT 1"))
    assert not wire._fast._waiting
    assert len(wire._session.outstanding) == fast_path.MAX_WAITING + 1


def test_several_answers_in_one_chunk_pass(up: Speak, down: Speak) -> None:
    wire = through(up, down, NEVER)
    assert wire.client_passes(up("Q SELECT 1"))
    assert wire.client_passes(up("B |a / E  / S"))
    assert wire.server_passes(down("C SELECT 0 / Z T / 2 / C SELECT 0 / Z I"))
    assert not wire._fast._waiting


BITES: list[tuple[dict[str, object], str]] = [
    (NEVER | {"statement": "^SELECT 1$"}, "Q SELECT 1"),
    (NEVER | {"statement": "^SELECT 2$"}, "B |a / E  / S"),
    (NEVER | {"statement": "^SELECT 1$"}, "P |SELECT 1 / B | / E  / S"),
]


@pytest.mark.parametrize(("rule", "said"), BITES)
def test_a_rule_that_comes_later_bites_at_once(
    up: Speak, down: Speak, rule: dict[str, object], said: str
) -> None:
    wire = through(up, down)
    assert wire.client_passes(up(said))
    wire._rules.arm(Rule.from_dict(rule))
    assert not wire.server_passes(down("C SELECT 0 / Z I"))
    wire.server_judged(down("C SELECT 0 / Z I"))
    assert not wire.client_passes(up(said))
    wire.client_judged(up(said))
    assert wire.over


def test_a_rule_about_everything_keeps_the_path_closed(up: Speak, down: Speak) -> None:
    wire = through(up, down, {"id": "all", "on": "statement", "do": "cut", "nth": 1000})
    assert not wire._fast.is_open


def test_plain_bytes_pass_untouched(up: Speak, down: Speak) -> None:
    wire = through(up, down, NEVER)
    wire.client_judged(b"?????")
    assert wire.plain
    assert wire.client_passes(b"anything")
    assert wire.server_passes(b"anything")
