"""The engine as a program: its API, its toxics on live connections, and what it promises beyond."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from squall_faults.errors import InjectionFailed
from squall_faults.toxiproxy import ToxiproxyProxy, ToxiproxyServer

PATIENCE = 5.0


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Bench:
    """An engine in front of an echo server, and one client."""

    def __init__(self, server: ToxiproxyServer, address: str, upstream: str) -> None:
        self.server = server
        self.proxy = ToxiproxyProxy(server, "postgres")
        self.host, _, port = address.rpartition(":")
        self.port = int(port)
        self.upstream = upstream
        self.writers: list[asyncio.StreamWriter] = []

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        self.writers.append(writer)
        return reader, writer

    async def round_trip(
        self, ends: tuple[asyncio.StreamReader, asyncio.StreamWriter], data: bytes = b"ping"
    ) -> float:
        """Seconds until what was sent came back, whole."""
        reader, writer = ends
        begun = time.monotonic()
        writer.write(data)
        async with asyncio.timeout(PATIENCE):
            assert await reader.readexactly(len(data)) == data
        return time.monotonic() - begun


@asynccontextmanager
async def running(*options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, Any]]:
    """The engine's process and the line that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "squall_faults.proxy", "--host", "127.0.0.1", "--port", "0", *options,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process, json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    echo = await asyncio.start_server(_echo, "127.0.0.1", 0)
    upstream = f"127.0.0.1:{echo.sockets[0].getsockname()[1]}"
    async with running() as (_, said):
        host, _, port = said["listening"].rpartition(":")
        server = ToxiproxyServer(host, int(port))
        made = Bench(server, await server.create("postgres", upstream=upstream), upstream)
        yield made
        for writer in made.writers:
            writer.close()
    echo.close()


async def test_bytes_pass_both_ways_and_are_counted_while_the_connection_lives(
    bench: Bench,
) -> None:
    ends = await bench.connect()
    await bench.round_trip(ends, b"x" * 100_000)
    traffic = await bench.proxy.traffic()
    assert (traffic.open, traffic.accepted) == (1, 1)
    assert (traffic.upstream_bytes, traffic.downstream_bytes) == (100_000, 100_000)


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
async def test_latency_delays_a_live_connection_and_its_removal_ends_the_delay(
    bench: Bench, stream: Any
) -> None:
    ends = await bench.connect()
    await bench.round_trip(ends)
    await bench.proxy.add_toxic("l", "latency", stream=stream, attributes={"latency": 150})
    assert await bench.round_trip(ends) >= 0.15
    await bench.proxy.update_toxic("l", attributes={"latency": 60})
    assert 0.06 <= await bench.round_trip(ends) < 0.15
    await bench.proxy.remove_toxic("l")
    assert await bench.round_trip(ends) < 0.06


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
async def test_a_stall_holds_bytes_and_gives_all_of_them_back(bench: Bench, stream: Any) -> None:
    reader, writer = ends = await bench.connect()
    await bench.round_trip(ends)
    await bench.proxy.add_toxic("b", "bandwidth", stream=stream, attributes={"rate": 0})
    data = bytes(range(256)) * 4000
    writer.write(data)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await reader.read(1)
    await bench.proxy.remove_toxic("b")
    async with asyncio.timeout(PATIENCE):
        assert await reader.readexactly(len(data)) == data


async def test_bandwidth_limits_the_rate(bench: Bench) -> None:
    ends = await bench.connect()
    await bench.proxy.add_toxic("b", "bandwidth", stream="downstream", attributes={"rate": 1000})
    assert await bench.round_trip(ends, b"x" * 300_000) >= 0.15


async def _ended(reader: asyncio.StreamReader) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            return "closed" if not await reader.read(1) else "open"
    except ConnectionResetError:
        return "reset"


async def test_timeout_swallows_and_its_removal_closes(bench: Bench) -> None:
    reader, writer = ends = await bench.connect()
    await bench.round_trip(ends)
    await bench.proxy.add_toxic("t", "timeout", stream="downstream", attributes={"timeout": 0})
    writer.write(b"lost")
    await bench.proxy.remove_toxic("t")
    assert await _ended(reader) == "closed"


async def test_timeout_closes_after_its_time(bench: Bench) -> None:
    reader, writer = await bench.connect()
    await bench.proxy.add_toxic("t", "timeout", stream="downstream", attributes={"timeout": 50})
    writer.write(b"lost")
    assert await _ended(reader) == "closed"


async def test_reset_peer_resets_with_the_first_byte(bench: Bench) -> None:
    await bench.proxy.add_toxic("r", "reset_peer", stream="downstream", attributes={"timeout": 0})
    reader, writer = await bench.connect()
    writer.write(b"x")
    assert await _ended(reader) == "reset"


async def test_idle_connections_are_reset_when_asked(bench: Bench) -> None:
    ends = [await bench.connect() for _ in range(3)]
    for each in ends:
        await bench.round_trip(each)
    assert await bench.proxy.reset_connections() == 3
    assert [await _ended(reader) for reader, _ in ends] == ["reset"] * 3


async def test_limit_data_passes_exactly_its_bytes(bench: Bench) -> None:
    await bench.proxy.add_toxic("l", "limit_data", stream="downstream", attributes={"bytes": 7})
    reader, writer = await bench.connect()
    writer.write(b"0123456789")
    async with asyncio.timeout(PATIENCE):
        assert await reader.read(-1) == b"0123456"


async def test_a_slicer_keeps_every_byte(bench: Bench) -> None:
    attributes = {"average_size": 64, "size_variation": 32, "delay": 10}
    await bench.proxy.add_toxic("s", "slicer", stream="upstream", attributes=attributes)
    await bench.round_trip(await bench.connect(), bytes(range(256)) * 20)


async def test_a_half_close_is_passed_on_and_the_answer_arrives(bench: Bench) -> None:
    reader, writer = await bench.connect()
    writer.write(b"last words")
    writer.write_eof()
    async with asyncio.timeout(PATIENCE):
        assert await reader.read(-1) == b"last words"


async def test_a_disabled_proxy_refuses_and_comes_back_on_its_port(bench: Bench) -> None:
    reader, _ = ends = await bench.connect()
    await bench.round_trip(ends)
    await bench.proxy.disable()
    assert await _ended(reader) == "closed"
    with pytest.raises(ConnectionRefusedError):
        await bench.connect()
    assert await bench.server.whole() == "proxy postgres is disabled"
    await bench.proxy.enable()
    await bench.round_trip(await bench.connect())
    assert await bench.server.whole() == ""


async def test_a_dead_upstream_gives_an_accepted_connection_that_closes(bench: Bench) -> None:
    address = await bench.server.create("dead", upstream="127.0.0.1:1")
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    assert await _ended(reader) == "closed"
    writer.close()


async def test_faults_heal_by_themselves_when_nobody_does(bench: Bench) -> None:
    ttl = {"ttl_ms": 200}
    for number in range(20):  # a machine that stalls may look too late
        toxic = {"name": f"l{number}", "type": "latency", **ttl}
        await bench.server.post("/proxies/postgres/toxics", toxic)
        await bench.server.post("/proxies/postgres", {"enabled": False, **ttl})
        if await bench.server.whole():
            break
    else:
        pytest.fail("nothing was ever in force")
    async with asyncio.timeout(PATIENCE):
        while await bench.server.whole():  # each question is a round trip
            pass


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/proxies", {"upstream": "x:1"}, 400, "missing required field: name"),
        ("/proxies", {"name": "x"}, 400, "missing required field: upstream"),
        ("/proxies", {"name": "postgres", "upstream": "x:1"}, 409, "proxy already exists"),
        ("/proxies", {"name": "y", "upstream": "x:1", "listen": "z"}, 500, "missing port"),
        ("/proxies/none/toxics", {"type": "latency"}, 404, "proxy not found"),
        ("/proxies/postgres/toxics", {"type": "lag"}, 400, "invalid toxic type"),
        ("/proxies/postgres/toxics", {"type": "latency", "stream": "up"}, 400, "stream was"),
        ("/proxies/postgres/toxics", {"type": "slicer"}, 400, "average_size must be at least 1"),
        (
            "/proxies/postgres/toxics",
            {"type": "bandwidth", "attributes": {"rate": -1}},
            400,
            "rate must not be negative",
        ),
        (
            "/proxies/postgres/toxics",
            {"type": "latency", "attributes": {"latency": 1.5}},
            400,
            "cannot unmarshal number 1.5 into Go struct field LatencyToxic.attributes.latency",
        ),
    ],
)
async def test_refusals_carry_toxiproxys_words(
    bench: Bench, path: str, body: dict[str, Any], status: int, words: str
) -> None:
    with pytest.raises(InjectionFailed, match=words):
        await bench.server.post(path, body)
    assert await _status(bench, path, body) == status


async def _status(bench: Bench, path: str, body: object, **headers: str) -> int:
    """The bare status of a POST, with other headers."""
    raw = json.dumps(body).encode()
    host, _, port = bench.server.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    given = {"Host": f"{host}:{port}", "Content-Length": str(len(raw)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + raw)
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


async def test_browsers_and_rebound_names_are_refused(bench: Bench) -> None:
    assert await _status(bench, "/reset", {}, User_Agent="Mozilla/5.0") == 403
    assert await _status(bench, "/reset", {}, Host="evil.example:80") == 403
    assert await _status(bench, "/reset", {}, User_Agent="Wget/1.0") == 204


async def test_bodies_are_taken_as_leniently_as_toxiproxy_does(bench: Bench) -> None:
    made = await bench.server.post(
        "/proxies",
        {"Name": "odd", "UPSTREAM": bench.upstream, "enabled": None, "Logger": {}, "toxics": None},
    )
    assert made["enabled"] is True
    toxic = await bench.server.post(
        "/proxies/odd/toxics", {"type": "latency", "attributes": {"LATENCY": 5, "jitter": None}}
    )
    assert toxic == {
        "attributes": {"latency": 5, "jitter": 0},
        "name": "latency_downstream",
        "type": "latency",
        "stream": "downstream",
        "toxicity": 1,
    }


async def test_populate_keeps_what_is_equal_and_replaces_what_differs(bench: Bench) -> None:
    await bench.proxy.add_toxic("l", "latency", stream="upstream", attributes={"latency": 1})
    listen = f"{bench.host}:{bench.port}"
    same = {"name": "postgres", "listen": listen, "upstream": bench.upstream}
    await bench.server.post("/populate", [same])
    assert len(await bench.server.get("/proxies/postgres/toxics")) == 1
    await bench.server.post("/populate", [{**same, "upstream": "127.0.0.1:1"}])
    assert await bench.server.get("/proxies/postgres/toxics") == []
    await bench.server.post("/reset", {})


async def test_sigterm_ends_it_and_a_taken_port_is_told(bench: Bench) -> None:
    async with running() as (process, _):
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    port = bench.server.address.rpartition(":")[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "squall_faults.proxy", "--host", "127.0.0.1", "--port", port,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, words = await process.communicate()
    assert process.returncode == 3
    assert b"address already in use" in words
    assert b"Traceback" not in words


async def test_a_bad_option_is_one_line_and_exit_code_4() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "squall_faults.proxy",
        "--port",
        "many",
        stderr=asyncio.subprocess.PIPE,
    )
    _, words = await process.communicate()
    assert process.returncode == 4
    assert words.count(b"\n") == 1


FORMS = {
    "-version": (0, b"2.12.0\n"),
    "-version=true": (0, b"2.12.0\n"),
    "--version": (0, b"2.12.0\n"),
    "-help": (0, b"usage: squall-proxy"),
    "--help": (0, b"usage: squall-proxy"),
    "-proxy-metrics=perhaps": (4, b""),
}


@pytest.mark.parametrize("form", FORMS)
async def test_flags_come_in_every_form_of_go(form: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "squall_faults.proxy", form,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    code, beginning = FORMS[form]
    assert process.returncode == code
    assert said.startswith(beginning)


@pytest.mark.parametrize("form", [("-proxy-metrics=true",), ("-proxy-metrics", "-seed", "7")])
async def test_switches_take_no_word_that_follows(form: tuple[str, ...]) -> None:
    async with running(*form) as (_, said):
        host, _, port = said["listening"].rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /metrics HTTP/1.0\r\n\r\n")
        text = await reader.read()
        writer.close()
    assert text.startswith(b"HTTP/1.0 200 OK")
    assert b"# HELP toxiproxy_proxy_received_bytes_total " in text


async def test_an_empty_host_means_all_interfaces() -> None:
    async with running("-host", "") as (_, said):
        assert said["listening"].startswith("0.0.0.0:")


async def _log(level: str) -> str:
    """What an engine writes about a toxic, a connection and a failed dial."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "squall_faults.proxy", "--host", "127.0.0.1", "--port", "0",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "LOG_LEVEL": level},
    )  # fmt: skip
    assert process.stdout is not None
    host, _, port = json.loads(await process.stdout.readline())["listening"].rpartition(":")
    server = ToxiproxyServer(host, int(port))
    address = await server.create("p", upstream="127.0.0.1:1")
    await server.post("/proxies/p/toxics", {"type": "latency"})
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    await reader.read()
    writer.close()
    await server.delete("/proxies/p/toxics/latency_downstream")
    process.terminate()
    _, words = await process.communicate()
    return words.decode()


async def test_the_log_tells_what_happened_by_its_level() -> None:
    info, debug, error = await _log("info"), await _log("debug"), await _log("error")
    for text in (info, debug):
        assert "p: toxic latency_downstream (latency) added" in text
        assert "p: toxic latency_downstream removed" in text
        assert "p: connection 1: dialling 127.0.0.1:1 failed: ConnectionRefusedError" in text
    assert "connection 1: toxic latency_downstream acts" in debug
    assert "connection 1: accepted" not in info
    assert error == ""


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: descriptors are counted there")
async def test_when_descriptors_run_out_clients_are_refused_counted_and_told() -> None:
    command = f"ulimit -n 128; exec {sys.executable} -m squall_faults.proxy -host 127.0.0.1 -port 0"
    process = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", command,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    host, _, port = json.loads(await process.stdout.readline())["listening"].rpartition(":")
    server = ToxiproxyServer(host, int(port))
    echo = await asyncio.start_server(_echo, "127.0.0.1", 0)
    upstream = f"127.0.0.1:{echo.sockets[0].getsockname()[1]}"
    address = await server.create("p", upstream=upstream)
    kept: list[asyncio.StreamWriter] = []
    fates = [await _fate(int(address.rpartition(":")[2]), kept) for _ in range(100)]
    seen = await server.get("/proxies/p/traffic")
    for writer in kept:
        writer.transport.abort()
    echo.close()
    process.terminate()
    _, words = await process.communicate()
    assert 30 <= fates.count("served") < 100
    assert seen["refused"] == fates.count("refused") == 100 - fates.count("served")
    assert b"out of file descriptors" in words


async def _fate(port: int, kept: list[asyncio.StreamWriter]) -> str:
    """A client is served or refused; none waits."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            kept.append(writer)
            writer.write(b"x")
            return "served" if await reader.read(1) == b"x" else "closed"
    except ConnectionResetError:
        return "refused"


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: prlimit")
async def test_the_soft_limit_of_open_files_is_raised_to_the_hard_one() -> None:
    command = f"ulimit -S -n 256; exec {sys.executable} -m squall_faults.proxy -port 0"
    process = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", command, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    lines = Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii").splitlines()  # noqa: ASYNC240 - a line of the kernel
    soft, hard = next(line for line in lines if line.startswith("Max open files")).split()[3:5]
    process.terminate()
    await process.communicate()
    assert soft == hard != "256"
