"""Throws bytes at the PostgreSQL wire: valid messages, broken ones and noise, cut anywhere.

    python tests/fuzz/fuzz_framing.py --inputs 1000000 --seed 1

An input is a conversation of a few chunks in both directions, with no rule, with rules that never
match, or with rules that bite. Nothing may raise; without a bite every byte must arrive. The first
failure prints the seed of its input, which repeats it: --inputs 1 --seed THAT.
"""

from __future__ import annotations

import argparse
import random
import struct
import sys
import time
from collections import Counter

from squall_faults.proxy.actions import Action, EndOfFile, Hold, ToClient, ToServer
from squall_faults.proxy.postgres import framing
from squall_faults.proxy.postgres import messages as pg
from squall_faults.proxy.rules.interceptor import Interceptor
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet

STARTS = (
    struct.pack(">ii", 15, 3 << 16) + b"user\0x\0",
    struct.pack(">ii", 15, 3 << 16) + b"user\0x\0",
    struct.pack(">ii", 8, 80877103),
    struct.pack(">ii", 8, 80877104),
    struct.pack(">iiii", 16, 80877102, 1, 2),
    struct.pack(">ii", 15, 3 << 16) + b"user\0x\0",
)
TEXTS = (b"", b"\0", b"COMMIT\0", b"SELECT 1\0", b"s\0", b"\0s\0\0\0", b"s\0COMMIT\0\0\0", b"Ss\0")
KINDS = {True: sorted(pg.FROM_CLIENT), False: sorted(pg.FROM_SERVER)}
NEVER: tuple[dict[str, object], ...] = (
    {"on": "statement", "do": "cut", "statement": "never sent"},
)
BITING: tuple[dict[str, object], ...] = (
    {"on": "statement", "do": "cut", "nth": 2},
    {"on": "statement", "do": "error", "sqlstate": "40001"},
    {"on": "statement", "do": "fatal", "sqlstate": "57P01", "statement": "commit"},
    {"on": "statement", "do": "delay", "delay_ms": 1},
    {"on": "reply", "do": "stall"},
    {"on": "reply", "do": "cut", "tag": "."},
    {"on": "reply", "do": "fatal", "sqlstate": "57P01"},
    {"on": "startup", "do": "delay", "delay_ms": 1},
)


def a_message(draw: random.Random, *, client: bool) -> bytes:
    """Mostly valid; rarely with a length, a type or a byte that is not."""
    kind = draw.choice(KINDS[client])
    least, largest = (pg.FROM_CLIENT if client else pg.FROM_SERVER)[kind]
    body = draw.choice(TEXTS) if draw.random() < 0.7 else draw.randbytes(draw.randrange(30))
    message = bytearray(pg.message(kind, (body + bytes(least - 4))[: largest - 4]))
    if draw.random() < 0.01:
        message[draw.randrange(len(message))] = draw.randrange(256)
    return bytes(message)


def a_stream(draw: random.Random, *, client: bool) -> bytes:
    """A few messages, rarely with noise between them."""
    data = b"".join(a_message(draw, client=client) for _ in range(draw.randrange(1, 6)))
    return data if draw.random() < 0.98 else data + draw.randbytes(draw.randrange(20))


class Conversation:
    """One input."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - repeatable
        self.rules = RuleSet()
        chosen = self.draw.choice(((), NEVER, tuple(self.draw.sample(BITING, 2))))
        for number, rule in enumerate(chosen):
            self.rules.arm(Rule.from_dict({"id": str(number), **rule}))
        self.wire = Interceptor(self.rules)
        self.sent = {True: b"", False: b""}
        self.got = {True: b"", False: b""}
        self.ended = 0
        self.replaced = False

    def run(self) -> None:
        """Feed it, then end both sides.

        Raises:
            AssertionError: bytes were lost, or an action followed the last one.
        """
        if self.draw.random() < 0.9:
            self.feed(self.draw.choice(STARTS), client=True)
        waiting = {True: b"", False: b""}
        for _ in range(self.draw.randrange(1, 12)):
            client = self.draw.random() < 0.5
            data = waiting[client] + a_stream(self.draw, client=client)
            cut = self.draw.choice((len(data), self.draw.randrange(len(data))))
            waiting[client] = data[cut:]
            self.feed(data[:cut], client=client)
        for armed in self.rules.armed:
            self.rules.disarm(armed.rule.id)
            self.do(self.wire.disarmed(armed.rule.id))
        self.do(self.wire.client_finished())
        self.do(self.wire.server_finished())
        if not self.wire.over and not self.replaced:
            assert self.got == self.sent
            assert self.ended == 2, self.ended

    def feed(self, data: bytes, *, client: bool) -> None:
        """One chunk from one side; a socket gives none without a byte."""
        if not data:
            return
        self.sent[client] += data
        self.do(self.wire.client_bytes(data) if client else self.wire.server_bytes(data))
        self.replaced |= any(a.bites and a.rule.do in ("error", "fatal") for a in self.rules.armed)

    def do(self, actions: list[Action]) -> None:
        """What the owner of a connection would do."""
        for action in actions:
            assert self.ended < 2, action
            if isinstance(action, ToServer | ToClient):
                assert action.data
                self.got[isinstance(action, ToServer)] += action.data
            elif isinstance(action, Hold):
                if action.seconds is not None:
                    self.do(self.wire.release(action))
            else:
                self.ended += 1 if isinstance(action, EndOfFile) else 2


def main() -> int:
    """Run as many inputs as asked; 1 at the first failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    framing.HEAD_LIMIT = 8  # so that short messages are long ones, too
    begun = time.monotonic()
    outcomes: Counter[str] = Counter()
    for seed in range(options.seed, options.seed + options.inputs):
        conversation = Conversation(seed)
        try:
            conversation.run()
        except Exception:
            sys.stderr.write(f"input failed: --inputs 1 --seed {seed}\n")
            raise
        wire = conversation.wire
        outcomes["ended by a rule" if wire.over else "plain" if wire.plain else "understood"] += 1
    seconds = time.monotonic() - begun
    sys.stdout.write(f"{options.inputs} inputs, no failure, {seconds:.0f} s: {dict(outcomes)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
