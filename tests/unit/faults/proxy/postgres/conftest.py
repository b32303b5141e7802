"""A short notation for messages, so that tests read like a conversation.

up("P s|SELECT 1 / B |s / E  / S") is Parse, Bind, Execute and Sync, and what answers it is
down("1 / 2 / C SELECT 1 / Z I").
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from faults.proxy.postgres import messages as pg

Speak = Callable[[str], bytes]

UNTYPED = {
    "startup": struct.pack(">ii", 41, 3 << 16) + b"user\0squall\0database\0orders\0\0",
    "tls": struct.pack(">ii", 8, 80877103),
    "gss": struct.pack(">ii", 8, 80877104),
    "cancel": struct.pack(">iiii", 16, 80877102, 1, 2),
}
UNTYPED["startup"] = struct.pack(">i", len(UNTYPED["startup"])) + UNTYPED["startup"][4:]


def client_body(letter: str, rest: str) -> bytes:
    words = [word.encode() + b"\0" for word in rest.split("|")]
    if letter in "SHXc":
        return b""
    if letter in "DCdpF":
        return rest.encode() + (b"\0" if letter in "DC" else b"")
    return b"".join(words) + {"P": b"\0\0", "B": bytes(6), "E": bytes(4)}.get(letter, b"")


def server_body(letter: str, rest: str) -> bytes:
    match letter:
        case "C":
            return rest.encode() + b"\0"
        case "E" | "N":
            return b"SERROR\0C" + rest.encode() + b"\0\0"
        case _:
            return rest.encode()


def speak(body: Callable[[str, str], bytes], text: str) -> bytes:
    out = b""
    for item in text.split(" / "):
        letter, _, rest = item.partition(" ")
        out += UNTYPED.get(item, b"") or pg.message(ord(letter), body(letter, rest))
    return out


@pytest.fixture(scope="session")
def up() -> Speak:
    return lambda text: speak(client_body, text)


@pytest.fixture(scope="session")
def down() -> Speak:
    return lambda text: speak(server_body, text)
