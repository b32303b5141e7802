"""The app at rest: looked at once before the load, and after it until it is as before."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from squall.core import events
from squall.core.clock import VirtualClock
from squall.lab import rest
from squall.lab.app_resources import HeldResources
from squall.lab.rest import RETURN_SECONDS, RestProbe

CALM: dict[str, Any] = {"sessions": 5, "advisory_locks": 0, "listeners": 0, "temporary_tables": 0}


class App:
    """An app that holds something else at each look, and the last for good."""

    def __init__(self, log: Path, *looks: dict[str, Any]) -> None:
        self._looks = [{"settings": {}, **CALM, **look} for look in looks]
        self._now: dict[str, Any] = {}
        self.log_path = log
        self.looks = 0
        self.traffic = SimpleNamespace(settings={})

    async def at_rest(self) -> dict[str, int]:
        self.looks += 1
        now = dict(self._looks.pop(0) if len(self._looks) > 1 else self._looks[0])
        self.traffic.settings = now.pop("settings")
        return now

    def held_resources(self) -> HeldResources:
        return HeldResources(descriptors=40, threads=3, memory_bytes=10**8)

    async def database_traffic(self) -> Any:
        return self.traffic


async def looked(tmp_path: Path, *looks: dict[str, Any]) -> tuple[list[Any], float]:
    """What is published, and how long it took."""
    (tmp_path / "app.log").touch()
    app, clock, published = App(tmp_path / "app.log", *looks), VirtualClock(), list[events.Event]()
    lab = SimpleNamespace(
        app=app,
        observer=app,
        database_traffic=app.database_traffic,
        app_database_url="postgresql://app:a-long-password@h/d",
        profile=SimpleNamespace(database={}, headers={}, operations=()),
    )
    probe = RestProbe(cast("Any", lab), clock, published.append)
    await probe.look_before()
    await probe.look_after([])
    return published, clock.now()


@pytest.mark.parametrize(
    "held",
    [{"advisory_locks": 1}, {"temporary_tables": 1}, {"settings": {"app.org=aa": 1}}],
    ids=lambda held: next(iter(held)),
)
async def test_what_the_last_request_gives_back_late_is_not_left(
    held: dict[str, Any], tmp_path: Path
) -> None:
    published, took = await looked(tmp_path, {}, held, held, {})
    assert [one.moment for one in published] == ["before", "after"]
    assert published[1] == events.RestSampled(
        at=published[1].at,
        moment="after",
        descriptors=40,
        threads=3,
        memory_bytes=10**8,
        log_bytes=0,
        **CALM,
    )
    assert took == pytest.approx(2 * rest.LOOK_AGAIN_SECONDS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"advisory_locks": 1}),
        ({"listeners": 2}, {"listeners": 1}),
        ({}, {"settings": {"app.org=aa": 1}}),
    ],
)
async def test_what_stays_is_published_when_the_patience_is_over(
    before: dict[str, Any], after: dict[str, Any], tmp_path: Path
) -> None:
    published, took = await looked(tmp_path, before, after)
    for name, value in after.items():
        assert getattr(published[1], name) == value
    assert RETURN_SECONDS < took < RETURN_SECONDS + 2 * rest.LOOK_AGAIN_SECONDS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"advisory_locks": 1}, {}),
        ({"listeners": 1}, {"listeners": 2}),
        ({"settings": {"app.org=aa": 1}}, {"settings": {"app.org=bb": 3}}),
        ({}, {"settings": {"statement_timeout=aa": 4}}),
    ],
    ids=["a lock less", "a listener more", "a habit", "a time limit"],
)
async def test_what_was_there_before_is_not_waited_for(
    before: dict[str, Any], after: dict[str, Any], tmp_path: Path
) -> None:
    _, took = await looked(tmp_path, before, after)
    assert took == 0


@pytest.mark.parametrize(
    ("headers", "tokens"),
    [
        ({"Authorization": "Bearer abcdef-123456"}, {"abcdef-123456"}),
        ({"X-API-Key": "key-0123456789"}, {"key-0123456789"}),
        ({"Authorization": "Bearer demo"}, set()),  # a short one may be a word
        ({"Accept-Language": "en-US-and-more"}, set()),
        ({"Authorization": "Bearer {token}-of-somebody"}, set()),
    ],
)
def test_credentials_are_looked_for_without_their_scheme(
    headers: dict[str, str], tokens: set[str]
) -> None:
    operation = SimpleNamespace(headers=headers)
    profile = SimpleNamespace(headers={}, operations=(operation,))
    assert rest.client_tokens(cast("Any", profile)) == tokens


def test_secrets_are_found_across_the_pieces_of_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "CHUNK", 10)
    log = tmp_path / "app.log"
    before = b"correct-horse\n"
    log.write_bytes(before + b"dsn postgresql://u:correct-horse@h\nBearer tok-0123456789 x" * 2)
    lab: Any = SimpleNamespace(
        app=SimpleNamespace(log_path=log),
        app_database_url="postgresql://u:correct-horse@h/d",
        profile=SimpleNamespace(
            headers={"Authorization": "Bearer tok-0123456789"}, operations=(), database=None
        ),
    )
    ops: Any = [
        SimpleNamespace(body=body, headers="", addresses=told)
        for body, told in (
            ("no", ""),
            ("u:correct-horse", ""),
            ("", "postgresql://u:correct-horse@"),
            ("", "postgresql://u:another@"),
        )
    ]
    found = list(rest.find_secrets(lab, VirtualClock(), len(before), ops))
    places = [("token", 2), ("log", 2), ("answer", 1), ("success", 1)]
    assert [(one.place, one.count) for one in found] == places
