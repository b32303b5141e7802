"""Clients that people have: every call of toxiproxy-python, every verb of Toxiproxy's own CLI."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conformance.bench import Route, receive, travel
from tests.conformance.conftest import Bench
from tests.conftest import require

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library's Python 2 shim warns about itself
    from toxiproxy import Toxiproxy
    from toxiproxy.api import APIConsumer
    from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

CLI = "go install github.com/Shopify/toxiproxy/v2/cmd/cli@v2.12.0"


@pytest.fixture
def python(bench: Bench) -> Iterator[Any]:
    """toxiproxy-python keeps its server's address in the class, for the whole process."""
    before = APIConsumer.host, APIConsumer.port
    made = Toxiproxy()
    made.update_api_consumer(bench.api.host, bench.api.port)
    yield made
    made.update_api_consumer(*before)


def test_python_sees_the_server(bench: Bench, python: Any) -> None:
    assert python.running() is True
    assert python.version() == bench.api("GET", "/version").body
    assert python.proxies() == {}


def test_python_creates_finds_and_destroys(bench: Bench, python: Any) -> None:
    route = bench.route()
    proxy = python.create(upstream=route.upstream, name="mine")
    assert (proxy.name, proxy.upstream, proxy.enabled) == ("mine", route.upstream, True)
    assert proxy.listen.startswith("127.0.0.1:")
    assert sorted(python.proxies()) == ["mine", route.name]
    assert python.get_proxy("mine").listen == proxy.listen
    assert python.get_proxy("none") is None
    off = python.create(upstream="x:1", name="off", listen="localhost:1", enabled=False)
    assert (off.enabled, off.listen) == (False, "localhost:1")
    with pytest.raises(ProxyExists):
        python.create(upstream="x:1", name="mine")
    assert python.destroy(proxy) is True
    with pytest.raises(NotFound):
        proxy.destroy()
    python.destroy_all()
    assert python.proxies() == {}


def test_python_switches_a_proxy_off_and_on(bench: Bench, python: Any) -> None:
    route = bench.route()
    proxy = python.get_proxy(route.name)
    proxy.disable()
    assert not route.listening()
    proxy.enable()
    assert route.listening()
    with proxy.down():
        assert not route.listening()
    assert route.listening()


def test_python_adds_and_destroys_toxics(bench: Bench, python: Any) -> None:
    route = bench.route()
    proxy = python.get_proxy(route.name)
    proxy.add_toxic(type="latency", attributes={"latency": 100})
    proxy.add_toxic(type="noop", name="n", stream="upstream", toxicity=0.5)
    assert sorted(proxy.toxics()) == ["latency_downstream", "n"]
    toxic = proxy.get_toxic("n")
    found = (toxic.type, toxic.stream, toxic.toxicity, toxic.attributes)
    assert found == ("noop", "upstream", 0.5, {})
    client, server = route.pair()
    assert travel(server, client) >= 0.098
    assert proxy.destroy_toxic("latency_downstream") is True
    assert travel(server, client) < 0.098
    assert proxy.get_toxic("none") is None
    with pytest.raises(NotFound):
        proxy.destroy_toxic("none")
    with pytest.raises(InvalidToxic):
        proxy.add_toxic(type="nope")
    with pytest.raises(ProxyExists):
        proxy.add_toxic(type="noop", name="n")


def test_python_populates_and_resets(python: Any) -> None:
    entries = [{"name": name, "upstream": "x:1", "listen": "127.0.0.1:0"} for name in "ab"]
    made = python.populate(entries)
    assert [proxy.name for proxy in made] == ["a", "b"]
    listed = [{**entry, "listen": proxy.listen} for entry, proxy in zip(entries, made, strict=True)]
    assert python.populate(listed) == []
    made[0].disable()
    made[1].add_toxic(type="noop")
    assert python.reset() is True
    assert all(proxy.enabled for proxy in python.proxies().values())
    assert made[1].toxics() == {}


Run = Callable[..., str]


@pytest.fixture
def cli(bench: Bench) -> Run:
    """Toxiproxy's own command line, as released."""
    binary = shutil.which(os.environ.get("SQUALL_TOXIPROXY_CLI", "toxiproxy-cli"))
    if binary is None:
        require("toxiproxy-cli", CLI)

    def run(*arguments: str) -> str:
        url = f"http://{bench.api.host}:{bench.api.port}"
        command = [str(binary), "--host", url, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_cli_creates_lists_inspects_and_deletes(bench: Bench, cli: Run) -> None:
    upstream = bench.route("other").upstream
    assert "mine" in cli("create", "-l", "localhost:0", "-u", upstream, "mine")
    shown = bench.api("GET", "/proxies/mine").json
    listed = cli("list").splitlines()
    assert [line for line in listed if "mine" in line and shown["listen"] in line] != []
    bench.api("POST", "/proxies/mine/toxics", {"type": "limit_data", "attributes": {"bytes": 7}})
    inspected = cli("inspect", "mine")  # what is no terminal gets the toxics only
    assert "limit_data_downstream" in inspected
    assert "bytes=7" in inspected
    cli("delete", "mine")
    assert "mine" not in cli("list")


def test_the_cli_toggles(bench: Bench, cli: Run) -> None:
    route = bench.route()
    cli("toggle", route.name)
    assert not route.listening()
    cli("toggle", route.name)
    assert route.listening()


def shown_toxic(route: Route) -> dict[str, Any]:
    (toxic,) = route.shown()["toxics"]
    return dict(toxic)


def test_the_cli_adds_updates_and_removes_a_toxic(bench: Bench, cli: Run) -> None:
    route = bench.route()
    client, server = route.pair()
    options = ("-t", "latency", "-n", "slow", "--toxicity", "1.0", "-a", "latency=100")
    cli("toxic", "add", *options, "--upstream", route.name)
    assert shown_toxic(route) == {
        "attributes": {"latency": 100, "jitter": 0},
        "name": "slow",
        "type": "latency",
        "stream": "upstream",
        "toxicity": 1,
    }
    assert travel(client, server) >= 0.098
    cli("toxic", "update", "-n", "slow", "-a", "latency=1", "-a", "jitter=1", route.name)
    assert shown_toxic(route)["attributes"] == {"latency": 1, "jitter": 1}
    assert "slow" in cli("inspect", route.name)
    cli("toxic", "remove", "-n", "slow", route.name)
    assert route.shown()["toxics"] == []


@pytest.mark.parametrize(
    ("kind", "attribute"),
    [
        ("bandwidth", "rate=1000"),
        ("limit_data", "bytes=100"),
        ("reset_peer", "timeout=10"),
        ("slicer", "average_size=10"),
        ("slow_close", "delay=10"),
        ("timeout", "timeout=10"),
    ],
)
def test_the_cli_knows_every_toxic(bench: Bench, cli: Run, kind: str, attribute: str) -> None:
    route = bench.route()
    cli("toxic", "add", "-t", kind, "-a", attribute, route.name)
    name, _, value = attribute.partition("=")
    assert shown_toxic(route)["attributes"][name] == int(value)


def test_the_cli_leaves_bytes_alone(bench: Bench, cli: Run) -> None:
    route = bench.route()
    client, server = route.pair()
    cli("toxic", "add", "-t", "slicer", "-a", "average_size=2", route.name)
    server.sendall(b"in pieces")
    assert receive(client, 9) == b"in pieces"
