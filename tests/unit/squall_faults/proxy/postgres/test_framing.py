"""Any split of any stream of messages gives the same messages, and every byte exactly once."""

from __future__ import annotations

import itertools
import struct
import tracemalloc
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall_faults.proxy.pieces import Piece
from squall_faults.proxy.postgres import framing
from squall_faults.proxy.postgres import messages as pg
from squall_faults.proxy.postgres.framing import Framer

HEAD = 12
BULK = {pg.DATA_ROW, pg.COPY_DATA}
STARTUP = struct.pack(">ii", 21, 3 << 16) + b"user\0squall\0\0"
TLS_REQUEST = struct.pack(">ii", 8, 80877103)
GSS_REQUEST = struct.pack(">ii", 8, 80877104)
CANCEL = struct.pack(">iiii", 16, 80877102, 1, 2)


@pytest.fixture(autouse=True, scope="module")
def _short_heads() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(framing, "HEAD_LIMIT", HEAD)
        yield


def in_chunks(data: bytes, cuts: Sequence[int]) -> Iterator[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for begin, end in itertools.pairwise(places):
        yield data[begin:end]


def pieces_of(framer: Framer, data: bytes, cuts: Sequence[int] = ()) -> list[Piece]:
    return [piece for chunk in in_chunks(data, cuts) for piece in framer.feed(chunk)]


def described(pieces: list[Piece]) -> list[tuple[int, bytes, bytes]]:
    """(kind, head, data) of each message; runs of rows and COPY data become one."""
    whole: list[tuple[int, bytes, bytes]] = []
    for piece in pieces:
        run = bool(whole) and piece.kind in BULK and whole[-1][0] == piece.kind
        if not run and piece.first:
            whole.append((piece.kind, piece.head, piece.data))
        else:
            kind, head, data = whole[-1]
            assert kind == piece.kind
            whole[-1] = (kind, head, data + piece.data)
    return whole


def typed(kinds: dict[int, tuple[int, int]]) -> st.SearchStrategy[bytes]:
    def body(kind: int) -> st.SearchStrategy[bytes]:
        least, largest = kinds[kind]
        sizes = {"min_size": least - 4, "max_size": min(largest - 4, 40)}
        return st.binary(**sizes).map(lambda content: pg.message(kind, content))

    return st.sampled_from(sorted(kinds)).flatmap(body)


def expected(messages: list[bytes], framer: Framer) -> list[tuple[int, bytes, bytes]]:
    whole: list[tuple[int, bytes, bytes]] = []
    for message in messages:
        kind = message[0]
        if kind in framer._bulk and whole and whole[-1][0] == kind:
            whole[-1] = (kind, b"", whole[-1][2] + message)
        else:
            head = message[5 : 5 + HEAD] if kind in framer._examined else b""
            whole.append((kind, head, message))
    return whole


CUTS = st.lists(st.integers(min_value=0, max_value=2000), max_size=30)


@given(st.lists(typed(pg.FROM_SERVER), max_size=12), CUTS)
def test_any_split_of_what_a_server_sends_gives_the_same_messages(
    messages: list[bytes], cuts: list[int]
) -> None:
    framer = Framer.of_server()
    pieces = pieces_of(framer, b"".join(messages), cuts)
    assert described(pieces) == expected(messages, framer)
    assert (framer.plain, framer.finish()) == (False, b"")


@given(st.lists(typed(pg.FROM_CLIENT), max_size=12), CUTS)
def test_any_split_of_what_a_client_sends_gives_the_same_messages(
    messages: list[bytes], cuts: list[int]
) -> None:
    framer = Framer.of_client()
    pieces = pieces_of(framer, TLS_REQUEST + STARTUP + b"".join(messages), cuts)
    begun = [(pg.TLS_REQUEST, b"", TLS_REQUEST), (pg.STARTUP, STARTUP[8:], STARTUP)]
    pairs = [(kind, head, data) for kind, head, data in described_client(pieces)]
    assert pairs == begun + expected(messages, framer)
    assert (framer.plain, framer.finish()) == (False, b"")


def described_client(pieces: list[Piece]) -> list[tuple[int, bytes, bytes]]:
    """Describe shares its letter with DataRow, and is not a bulk."""
    renamed = [piece._replace(kind=-1) if piece.kind == pg.DESCRIBE else piece for piece in pieces]
    return [(pg.DESCRIBE if k == -1 else k, head, data) for k, head, data in described(renamed)]


@given(st.binary(max_size=200), CUTS, st.booleans())
def test_random_bytes_come_out_unchanged(data: bytes, cuts: list[int], client: bool) -> None:
    framer = Framer.of_client() if client else Framer.of_server()
    out = b"".join(piece.data for piece in pieces_of(framer, data, cuts))
    assert out + framer.finish() == data


@given(st.lists(typed(pg.FROM_SERVER), max_size=4), st.binary(min_size=5, max_size=50), CUTS)
def test_messages_before_garbage_are_understood_and_the_rest_is_plain(
    messages: list[bytes], rest: bytes, cuts: list[int]
) -> None:
    garbage = b"\xff" + rest
    framer = Framer.of_server()
    pieces = pieces_of(framer, b"".join(messages) + garbage, cuts)
    understood = [piece for piece in pieces if piece.kind != pg.PLAIN]
    plain = b"".join(piece.data for piece in pieces if piece.kind == pg.PLAIN)
    assert described(understood) == expected(messages, framer)
    assert (plain, framer.plain, framer.encrypted) == (garbage, True, False)


@pytest.mark.parametrize(
    ("first", "kinds", "encrypted"),
    [
        (STARTUP, [pg.STARTUP], False),
        (TLS_REQUEST + GSS_REQUEST + STARTUP, [pg.TLS_REQUEST, pg.GSS_REQUEST, pg.STARTUP], False),
        (CANCEL, [pg.CANCEL], False),
        (b"\x16\x03\x01\x02", [pg.PLAIN], True),
        (b"GET / HTTP/1.1", [pg.PLAIN], False),
        (b"G", [pg.PLAIN], False),
        (struct.pack(">ii", 10_001, 3 << 16), [pg.PLAIN], False),
        (struct.pack(">ii", 7, 3 << 16), [pg.PLAIN], False),
        (struct.pack(">ii", 8, 2 << 16), [pg.PLAIN], False),
        (struct.pack(">ii", 9, (3 << 16) + 9999) + b"\0", [pg.STARTUP], False),
    ],
)
def test_the_first_packet_of_a_client_has_no_type_byte(
    first: bytes,
    kinds: list[int],
    encrypted: bool,
) -> None:
    framer = Framer.of_client()
    pieces = framer.feed(first)
    assert [piece.kind for piece in pieces] == kinds
    assert b"".join(piece.data for piece in pieces) == first
    assert (framer.plain, framer.encrypted) == (kinds == [pg.PLAIN], encrypted)


@pytest.mark.parametrize(
    ("message", "understood"),
    [
        (b"Z\0\0\0\5I", True),
        (b"Z\0\0\0\6II", False),
        (b"1\0\0\0\4", True),
        (b"1\0\0\0\5x", False),
        (b"T\0\0\0\3", False),
        (b"T\x3f\xff\xff\xff", True),
        (b"T\x40\0\0\0", False),
        (b"D\xff\xff\xff\xff", False),
        (b"C\0\0\x75\x31" + bytes(30_000), False),
        (b"@\0\0\0\4", False),
    ],
)
def test_impossible_lengths_and_unknown_types_are_not_understood(
    message: bytes,
    understood: bool,
) -> None:
    framer = Framer.of_server()
    assert b"".join(piece.data for piece in framer.feed(message)) == message
    assert framer.plain is not understood


@pytest.mark.parametrize(
    ("answer", "kinds", "encrypted"),
    [
        (b"NZ\0\0\0\5I", [pg.ANSWER, pg.READY], False),
        (b"Sxyz", [pg.ANSWER, pg.PLAIN], True),
        (b"Gxyz", [pg.ANSWER, pg.PLAIN], True),
        (b"E\0\0\0\4", [pg.ERROR], False),
        (b"?xyz", [pg.PLAIN], False),
    ],
)
def test_the_answer_to_a_request_for_encryption_is_one_byte(
    answer: bytes,
    kinds: list[int],
    encrypted: bool,
) -> None:
    framer = Framer.of_server()
    framer.answers = 1
    assert [piece.kind for piece in framer.feed(answer)] == kinds
    assert framer.encrypted is encrypted


def test_an_examined_head_is_withheld_until_it_is_complete() -> None:
    framer = Framer.of_client()
    framer.feed(STARTUP)
    message = pg.query("SELECT 1234567890, 'more than a head'")
    assert framer.feed(message[: 5 + HEAD - 1]) == []
    [head] = framer.feed(message[5 + HEAD - 1 : 5 + HEAD])
    assert head == (pg.QUERY, b"SELECT 12345", message[: 5 + HEAD], True, False)
    assert framer.feed(message[5 + HEAD :]) == [(pg.QUERY, b"", message[5 + HEAD :], False, True)]


@pytest.mark.parametrize("kind", [pg.DATA_ROW, pg.COPY_DATA, pg.ROW_DESCRIPTION])
def test_a_message_of_a_gigabyte_takes_no_memory(kind: int) -> None:
    framer = Framer.of_server()
    chunk = bytes(262_144)
    tracemalloc.start()
    try:
        framer.feed(struct.pack(">Bi", kind, 4 + 4095 * len(chunk)))
        passed = sum(len(piece.data) for _ in range(4095) for piece in framer.feed(chunk))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert passed == 4095 * len(chunk)
    assert peak < 1_000_000
    assert [piece.kind for piece in framer.feed(b"Z\0\0\0\5I")] == [pg.READY]


def test_a_chunk_in_the_middle_of_bulk_data_is_passed_on_without_a_copy() -> None:
    framer = Framer.of_server()
    rows = b"".join(pg.message(pg.DATA_ROW, bytes(size)) for size in range(50))
    framer.feed(rows[:17])
    chunk = rows[17:-9]
    [piece] = framer.feed(chunk)
    assert piece.data is chunk
