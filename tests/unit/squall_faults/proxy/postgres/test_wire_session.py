"""Each answer of the server belongs to one message of the client, however far that ran ahead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from squall_faults.proxy.postgres import prepared_names
from squall_faults.proxy.rules.wire_session import WireSession

Speak = Callable[[str], bytes]
GREETING = ("startup", "R 0000 / S k=v / K 00000000 / Z I")


def started(up: Speak, down: Speak) -> WireSession:
    session = WireSession()
    client(session, up(GREETING[0]))
    server(session, down(GREETING[1]))
    return session


def client(session: WireSession, data: bytes) -> None:
    for piece in session.client.feed(data):
        if piece.first:
            session.sent(piece)


def server(session: WireSession, data: bytes) -> list[str]:
    """Whom each message answers: the letter of the step and its SQL."""
    owners = []
    for piece in session.server.feed(data):
        step = session.answered(piece)
        letter = "startup" if step and step.kind > 255 else chr(step.kind) if step else "-"
        owners.append(f"{chr(piece.kind)}:{letter} {step.sql.decode() if step else ''}".strip())
    return owners


CONVERSATIONS = {
    "simple": (
        [("Q SELECT 1", "T / D x / C SELECT 1 / Z I")],
        ["T:Q SELECT 1", "D:Q SELECT 1", "C:Q SELECT 1", "Z:Q SELECT 1"],
    ),
    "several statements in one": (
        [("Q BEGIN; SELECT 1", "C BEGIN / T / D x / C SELECT 1 / Z T")],
        [f"{letter}:Q BEGIN; SELECT 1" for letter in "CTDCZ"],
    ),
    "extended": (
        [("P a|SELECT 7 / B |a / D P / E  / S", "1 / 2 / T / D x / C SELECT 1 / Z I")],
        ["1:P SELECT 7", "2:B SELECT 7", "T:D", "D:E SELECT 7", "C:E SELECT 7", "Z:S"],
    ),
    "described by name first, as asyncpg does": (
        [
            ("P a|SELECT 7 / D Sa / H", "1 / t / T"),
            ("B p|a / E p / S", "2 / s / Z I"),
        ],
        ["1:P SELECT 7", "t:D", "T:D", "2:B SELECT 7", "s:E SELECT 7", "Z:S"],
    ),
    "a pipeline": (
        [
            ("P |X / B | / E  / P |Y / B | / E  / S / Q Z", "1 / 2 / C A / 1 / 2 / I / Z I"),
            ("H", "C B / Z I"),
        ],
        [
            *("1:P X", "2:B X", "C:E X", "1:P Y", "2:B Y", "I:E Y", "Z:S"),
            *("C:Q Z", "Z:Q Z"),
        ],
    ),
    "an error skips to Sync": (
        [("P |X / B | / E  / P |Y / B | / E  / S / Q Z", "1 / 2 / E 23505 / Z I / C Q / Z I")],
        ["1:P X", "2:B X", "E:E X", "Z:S", "C:Q Z", "Z:Q Z"],
    ),
    "an error before the Sync is there": (
        [("P |X / H", "E 42601"), ("B | / E  / Q ignored / S", "Z E"), ("Q Y", "C Y / Z I")],
        ["E:P X", "Z:S", "C:Q Y", "Z:Q Y"],
    ),
    "an error of the Sync itself": (
        [("P |X / B | / E  / S / Q Y", "1 / 2 / C X / E 40001 / Z I / C Y / Z I")],
        ["1:P X", "2:B X", "C:E X", "E:S", "Z:S", "C:Q Y", "Z:Q Y"],
    ),
    "what comes unasked belongs to nobody": (
        [("Q X", "N 01000 / S a=b / A 0000x / C X / Z I"), ("H", "N 01000 / S a=b")],
        ["N:-", "S:-", "A:-", "C:Q X", "Z:Q X", "N:-", "S:-"],
    ),
    "a function call": ([("F 0000", "V 0000 / Z I")], ["V:F", "Z:F"]),
    "copy in, simple": (
        [("Q COPY", "G 000"), ("d a / d b / H / c", "C COPY 2 / Z I"), ("Q X", "C X / Z I")],
        ["G:Q COPY", "C:Q COPY", "Z:Q COPY", "C:Q X", "Z:Q X"],
    ),
    "copy in, extended, as libpq does: the first Sync is read as data": (
        [
            ("P |COPY / B | / E  / S", "1 / 2 / G 000"),
            ("d a / S / H / c / S", "C COPY 1 / Z I"),
            ("Q X", "C X / Z I"),
        ],
        ["1:P COPY", "2:B COPY", "G:E COPY", "C:E COPY", "Z:S", "C:Q X", "Z:Q X"],
    ),
    "copy in, sent before the server was ready": (
        [
            (
                "P |COPY / B | / E  / d a / S / c / S / Q X",
                "1 / 2 / G 0 / C COPY 1 / Z I / C X / Z I",
            )
        ],
        ["1:P COPY", "2:B COPY", "G:E COPY", "C:E COPY", "Z:S", "C:Q X", "Z:Q X"],
    ),
    "copy in that fails": (
        [("Q COPY", "G 000 / E 22P02 / Z I"), ("d a / c", "N 01000"), ("Q X", "C X / Z I")],
        ["G:Q COPY", "E:Q COPY", "Z:Q COPY", "N:-", "C:Q X", "Z:Q X"],
    ),
    "copy in that fails, extended": (
        [
            ("P |COPY / B | / E ", "1 / 2 / G 000"),
            ("d a / f why", "E 57014"),
            ("S / Q X", "Z I / C X / Z I"),
        ],
        ["1:P COPY", "2:B COPY", "G:E COPY", "E:E COPY", "Z:S", "C:Q X", "Z:Q X"],
    ),
    "copy sent before the server refused it": (
        [("Q COPY / d a / c / Q X", "E 42P01 / Z I / C X / Z I")],
        ["E:Q COPY", "Z:Q COPY", "C:Q X", "Z:Q X"],
    ),
    "copy out": (
        [("Q COPY", "H 000 / d a / c / C COPY 1 / Z I")],
        [f"{letter}:Q COPY" for letter in "HdcCZ"],
    ),
    "copy both ways, as replication does": (
        [("Q START", "W 000 / d x"), ("d y / c", "c / C COPY 0 / Z I")],
        [f"{letter}:Q START" for letter in "WdcCZ"],
    ),
    "a name keeps its SQL until it is closed": (
        [
            ("P a|ONE / S", "1 / Z I"),
            ("B |a / E  / C Sa / B |a / E  / S", "2 / C X / 3 / E 26000 / Z I"),
        ],
        ["1:P ONE", "Z:S", "2:B ONE", "C:E ONE", "3:C ONE", "E:B", "Z:S"],
    ),
    "a Parse that fails changes no name": (
        [
            ("P a|ONE / S", "1 / Z I"),
            ("P a|TWO / P a|THREE / P b|FOUR / S", "E 42P05 / Z I"),
            ("B |a / E  / B |b / E  / S", "2 / C X / E 26000 / Z I"),
        ],
        ["1:P ONE", "Z:S", "E:P TWO", "Z:S", "2:B ONE", "C:E ONE", "E:B", "Z:S"],
    ),
    "deallocated all": (
        [
            ("P a|ONE / S", "1 / Z I"),
            ("Q DEALLOCATE ALL", "C DEALLOCATE ALL / Z I"),
            ("B |a / S", "E 26000 / Z I"),
        ],
        ["1:P ONE", "Z:S", "C:Q DEALLOCATE ALL", "Z:Q DEALLOCATE ALL", "E:B", "Z:S"],
    ),
    "a shutdown comes when it likes": (
        [("Q X", "E 57P01"), ("H", "E 57P01")],
        ["E:Q X", "E:Q X"],
    ),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_every_answer_finds_its_message(up: Speak, down: Speak, name: str) -> None:
    turns, expected = CONVERSATIONS[name]
    session = started(up, down)
    owners = []
    for asked, answered in turns:
        client(session, up(asked))
        owners += server(session, down(answered))
    assert owners == expected
    assert not session.plain
    if name != "a shutdown comes when it likes":
        assert not session.outstanding


def test_start_up_is_one_unit(up: Speak, down: Speak) -> None:
    session = WireSession()
    client(session, up("startup"))
    assert server(session, down("R 0000")) == ["R:startup"]
    client(session, up("p secret"))
    owners = server(session, down("R 0000 / S k=v / K 00000000 / Z I"))
    assert owners == ["R:startup", "S:-", "K:startup", "Z:startup"]
    assert session.startup == b"user\0squall\0database\0orders\0\0"
    assert not session.outstanding


@pytest.mark.parametrize("status", ["I", "T", "E"])
def test_the_status_is_that_of_the_last_ready(up: Speak, down: Speak, status: str) -> None:
    session = WireSession()
    assert session.status == ""
    client(session, up("startup"))
    server(session, down("Z I"))
    client(session, up("Q X"))
    server(session, down("C X"))
    assert session.status == "I"
    server(session, down(f"Z {status}"))
    assert session.status == status


@pytest.mark.parametrize("request_", ["tls", "gss"])
def test_encryption_ends_all_understanding(up: Speak, request_: str) -> None:
    session = WireSession()
    client(session, up(request_))
    [piece] = session.server.feed(b"S" if request_ == "tls" else b"G")
    session.answered(piece)
    assert (session.plain, session.encrypted) == (True, True)
    assert [p.kind for p in session.client.feed(b"\x16\x03\x01")] == [0x100]


def test_a_refused_encryption_goes_on_in_the_clear(up: Speak, down: Speak) -> None:
    session = WireSession()
    client(session, up("tls"))
    for piece in session.server.feed(b"N"):
        session.answered(piece)
    client(session, up("startup"))
    assert server(session, down("R 0000 / Z I")) == ["R:startup", "Z:startup"]
    assert (session.plain, session.encrypted) == (False, False)


def test_garbage_of_the_server_makes_both_directions_plain(up: Speak, down: Speak) -> None:
    session = started(up, down)
    for piece in session.server.feed(b"\xff\xff"):
        session.answered(piece)
    assert (session.plain, session.encrypted) == (True, False)


def test_a_client_that_never_closes_its_statements_is_remembered_in_part(
    up: Speak, down: Speak
) -> None:
    session = started(up, down)
    for number in range(prepared_names.MAX_NAMES + 1):
        client(session, up(f"P a{number}|SQL {number} / S"))
        server(session, down("1 / Z I"))
    assert len(session.names._statements) == prepared_names.MAX_NAMES
    client(session, up(f"B |a0 / B |a{prepared_names.MAX_NAMES} / S"))
    assert server(session, down("2 / 2 / Z I")) == [
        "2:B",
        f"2:B SQL {prepared_names.MAX_NAMES}",
        "Z:S",
    ]


def test_a_ready_that_does_not_fit_brings_things_back_in_step(up: Speak, down: Speak) -> None:
    session = started(up, down)
    client(session, up("P |X / B | / E  / S / Q Y"))
    assert server(session, down("Z I / C Y / Z I")) == ["Z:S", "C:Q Y", "Z:Q Y"]
