"""Any split of any stream of RESP gives the same messages, and every byte exactly once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall_faults.proxy.pieces import PLAIN, Piece
from squall_faults.proxy.resp.command_framer import LONGEST_START, CommandFramer
from squall_faults.proxy.resp.resp_framer import EMPTY, INLINE, MAX_STREAMED, RespFramer

CUTS = st.lists(st.integers(min_value=0, max_value=2000), max_size=30)
BINARY = st.one_of(st.binary(max_size=40), st.sampled_from([b"\r\n", b"+OK\r\n", b"$-1\r\n", b"*"]))
WORD = st.text("abcxyz 0.-", max_size=12).map(str.encode)


def bulk(kind: bytes, content: bytes) -> bytes:
    return b"%b%d\r\n%b\r\n" % (kind, len(content), content)


def aggregate(kind: bytes, parts: list[bytes]) -> bytes:
    each = 2 if kind in b"%|" else 1
    return b"%b%d\r\n%b" % (kind, len(parts) // each, b"".join(parts))


def streamed(kind: bytes, parts: list[bytes]) -> bytes:
    return b"%b?\r\n%b.\r\n" % (kind, b"".join(parts))


def chunked(parts: list[bytes]) -> bytes:
    chunks = b"".join(b";%d\r\n%b\r\n" % (len(part), part) for part in parts if part)
    return b"$?\r\n" + chunks + b";0\r\n"


LEAVES = st.one_of(
    st.tuples(st.sampled_from([b"+", b"-", b":", b"#", b",", b"("]), WORD).map(
        lambda pair: pair[0] + pair[1] + b"\r\n"
    ),
    st.sampled_from([b"_\r\n", b"$-1\r\n", b"*-1\r\n", b"*0\r\n", b"%0\r\n", b"+\r\n"]),
    st.tuples(st.sampled_from([b"$", b"!", b"="]), BINARY).map(lambda pair: bulk(*pair)),
    st.lists(BINARY, max_size=3).map(chunked),
)  # fmt: skip


def around(children: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    some = st.lists(children, max_size=4)
    pairs = some.map(lambda parts: parts + parts)
    return st.one_of(
        some.map(lambda parts: aggregate(b"*", parts)),
        some.map(lambda parts: aggregate(b"~", parts)),
        some.map(lambda parts: streamed(b"*", parts)),
        pairs.map(lambda parts: aggregate(b"%", parts)),
        pairs.map(lambda parts: streamed(b"%", parts)),
        st.tuples(pairs, children).map(lambda both: aggregate(b"|", both[0]) + both[1]),
    )


REPLY = st.one_of(
    st.recursive(LEAVES, around, max_leaves=8),
    st.lists(LEAVES, min_size=1, max_size=3).map(lambda parts: aggregate(b">", parts)),
)
COMMAND = st.one_of(
    st.lists(BINARY, min_size=1, max_size=4).map(
        lambda words: aggregate(b"*", [bulk(b"$", word) for word in words])
    ),
    st.sampled_from([b"PING\r\n", b"get a\n", b"\r\n", b"\n", b"*0\r\n", b"*-1\r\n"]),
    st.lists(BINARY, max_size=2).map(
        lambda words: aggregate(b"*", [bulk(b"$", word) for word in (b"client", *words)])
    ),
)


def in_chunks(data: bytes, cuts: Sequence[int]) -> Iterator[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for begin, end in itertools.pairwise(places):
        yield data[begin:end]


def pieces_of(framer: RespFramer, data: bytes, cuts: Sequence[int] = ()) -> list[Piece]:
    return [piece for chunk in in_chunks(data, cuts) for piece in framer.feed(chunk)]


def messages(pieces: list[Piece]) -> list[tuple[int, bytes, bytes]]:
    """(kind, head, data) of each message."""
    whole: list[tuple[int, bytes, bytes]] = []
    within = False
    for piece in pieces:
        assert piece.first is not within
        if piece.first:
            whole.append((piece.kind, piece.head, piece.data))
        else:
            kind, head, data = whole[-1]
            whole[-1] = (kind, head, data + piece.data)
        within = not piece.last
    return whole


@given(st.lists(REPLY, max_size=8), CUTS)
def test_any_split_of_what_a_server_sends_gives_the_same_replies(
    replies: list[bytes], cuts: list[int]
) -> None:
    framer = RespFramer()
    found = messages(pieces_of(framer, b"".join(replies), cuts))
    assert found == [(reply[0], b"", reply) for reply in replies]
    assert (framer.plain, framer.finish()) == (False, b"")


@given(st.lists(COMMAND, max_size=8), CUTS)
def test_any_split_of_what_a_client_sends_gives_the_same_commands(
    commands: list[bytes], cuts: list[int]
) -> None:
    whole = CommandFramer()
    expected = messages(pieces_of(whole, b"".join(commands)))
    assert [data for _, _, data in expected] == commands
    framer = CommandFramer()
    assert messages(pieces_of(framer, b"".join(commands), cuts)) == expected
    assert (framer.plain, framer.finish()) == (False, b"")


@given(st.binary(max_size=200), CUTS, st.booleans())
def test_random_bytes_come_out_unchanged(data: bytes, cuts: list[int], client: bool) -> None:
    framer = CommandFramer() if client else RespFramer()
    out = b"".join(piece.data for piece in pieces_of(framer, data, cuts))
    assert out + framer.finish() == data


@pytest.mark.parametrize(
    ("data", "kind", "head"),
    [
        (b"*1\r\n$4\r\nping\r\n", ord("*"), b"PING"),
        (b"*2\r\n$3\r\nGET\r\n$3\r\n\r\n*\r\n", ord("*"), b"GET"),
        (b"*3\r\n$6\r\nclient\r\n$5\r\nreply\r\n$3\r\noff\r\n", ord("*"), b"CLIENT REPLY"),
        (b"*1\r\n$6\r\nCLIENT\r\n", ord("*"), b"CLIENT"),
        (b"*2\r\n$6\r\nCLIENT\r\n$0\r\n\r\n", ord("*"), b"CLIENT "),
        (b"client reply off\r\n", INLINE, b"CLIENT REPLY"),
        (b"'get' a\r\n", INLINE, b"GET"),
        (b"*0\r\n", EMPTY, b""),
        (b"*-1\r\n", EMPTY, b""),
        (b"   \n", EMPTY, b""),
        (b"*1\r\n$70\r\n" + 70 * b"x" + b"\r\n", ord("*"), 64 * b"X"),
    ],
)
def test_a_command_is_known_by_its_name(data: bytes, kind: int, head: bytes) -> None:
    for cuts in ((), range(len(data))):
        assert messages(pieces_of(CommandFramer(), data, cuts)) == [(kind, head, data)]


def test_a_name_is_known_before_the_body_is_there() -> None:
    framer = CommandFramer()
    assert framer.feed(b"*3\r\n$3\r\nSE") == []
    (piece,) = framer.feed(b"T\r\n$1\r\nk\r\n$1000\r\nxx")
    assert (piece.head, piece.first, piece.last) == (b"SET", True, False)
    assert [piece.last for piece in framer.feed(998 * b"x" + b"\r\n")] == [True]


@pytest.mark.parametrize(
    ("data", "encrypted"),
    [
        (b"\x16\x03\x01\x02\x00", True),
        (b"*x\r\n", False),
        (b"*1\r\nPING\r\n", False),
        (b"*1\r\n$-1\r\n", False),
        (LONGEST_START * b" " + b"PING\r\n", False),
    ],
)
def test_what_no_client_of_redis_sends_is_plain(data: bytes, encrypted: bool) -> None:
    framer = CommandFramer()
    assert [piece.kind for piece in framer.feed(data)] == [PLAIN]
    assert (framer.plain, framer.encrypted) == (True, encrypted)
    assert framer.feed(b"more") == [Piece(PLAIN, b"", b"more", first=True, last=True)]


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400", b"$12", b"*1\r\n.\r\n", b";1\r\nx\r\n", b"$?\r\n+x\r\n", b"$-2\r\n",
        b"%-1\r\n", b"*" + 40 * b"1", b"*?\r\n*1\r\n.\r\n", (MAX_STREAMED + 1) * b"*?\r\n",
    ],
)  # fmt: skip
def test_what_no_server_of_redis_sends_is_plain_and_comes_out(data: bytes) -> None:
    framer = RespFramer()
    out = b"".join(piece.data for piece in framer.feed(data))
    assert out + framer.finish() == data
    assert framer.plain is (data != b"$12"), "which may still become a length"


def test_deep_nesting_and_large_numbers_keep_nothing() -> None:
    framer = RespFramer()
    framer.feed(100_000 * b"*1\r\n" + b"*999999999999999999\r\n")
    assert (framer._held, framer._streams, framer.plain) == (b"", [], False)
    framer = RespFramer()
    framer.feed(b"$999999999999999999\r\n" + 1_000_000 * b"x")
    assert framer._held == b""
