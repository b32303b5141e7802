"""``--dry-run``: what would be touched, with nothing at the addresses."""

from __future__ import annotations

from typing import Any

from squall.lab.endpoint import free_port

HOSTS = ("--allow-remote", "staging.example", "--allow-remote", "db.example")
DATABASE = "postgresql://shop:hush@db.example/shop"
OUTAGES = ("--only", "slow-network", "--only", "sessions-terminated", "--only", "app-crash")


def dry(squall: Any, *more: str) -> Any:
    target = ("check", "https://staging.example", "--database", DATABASE, *HOSTS, *OUTAGES)
    return squall(*target, "--dry-run", *more)


def test_everything_that_would_be_reached_and_changed_is_printed(squall: Any) -> None:
    said = dry(squall)
    assert said.code == 0, said.err
    for line in (
        "reaches: TARGET staging.example (not this machine)",
        "reaches: --database db.example (not this machine)",
        "listens: 127.0.0.1:15432, for the app's sessions with its database",
        "starts: an engine of its own on this machine",
        "sessions: one that reads, at db.example:5432",
        "fault: slow-network: network.latency on postgres",
        "it would touch your database itself",
        "app-crash: app.crash on AppControl",
        "Squall did not start the app",
        "any number; --error-budget limits it",
        "nothing was touched",
    ):
        assert line in said.words, said.words
    assert "hush" not in said.out + said.err


def test_options_change_it(squall: Any) -> None:
    port = free_port()
    said = dry(
        squall, "--touch-database", "--error-budget", "40", "--proxy-url",
        f"http://127.0.0.1:{port}",
    )  # fmt: skip
    assert "fault: sessions-terminated" in said.words
    assert f"adds to the Toxiproxy at 127.0.0.1:{port}: squall-postgres, squall-app" in said.words
    assert "failed requests that are borne: 40, then it heals" in said.words
