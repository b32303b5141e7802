"""An app that runs already: what may be attached to, and what the app must be told."""

from __future__ import annotations

from typing import Any

import pytest
from squall import UsageError
from squall.lab.endpoint import Endpoint
from squall.lab.providers.attached.attach import Attach

APP = "http://127.0.0.1:8000"
DATABASE = "postgresql://shop:hush@127.0.0.1:5433/shop"


def attach(**changes: Any) -> Attach:
    return Attach(**{"url": APP, "database": DATABASE, **changes})


def test_addresses_are_taken_from_the_urls() -> None:
    made = attach(proxy_url="http://localhost:8474")
    assert made.app_address() == Endpoint("127.0.0.1", 8000)
    assert made.database_address() == Endpoint("127.0.0.1", 5433)
    assert made.engine_address() == Endpoint("localhost", 8474)


def test_the_app_is_told_the_proxy_and_no_password() -> None:
    assert attach().database_for_the_app == "postgresql://shop:…@127.0.0.1:15432/shop"
    plain = attach(database="postgresql://shop@localhost/shop", listen="127.0.0.1:7000")
    assert plain.database_for_the_app == "postgresql://shop@127.0.0.1:7000/shop"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"url": "ftp://127.0.0.1"}, "TARGET cannot be understood; write it like http://127"),
        ({"app_listen": "18000"}, "--app-listen '18000': write HOST:PORT"),
        ({"url": "http://127.0.0.1:8000/api"}, "give the address only"),
        ({"url": "http://127.0.0.1:x"}, "TARGET cannot be understood"),
        ({"database": "mysql://127.0.0.1/x"}, "--database cannot be understood"),
        ({"database": "127.0.0.1:5432"}, "write it like postgresql://user:password@"),
        ({"proxy_url": "127.0.0.1:8474"}, "--proxy-url cannot be understood"),
        ({"listen": "15432"}, "--proxy-listen '15432': write HOST:PORT"),
        ({"listen": "127.0.0.1:70000"}, "--proxy-listen '127.0.0.1:70000'"),
        ({"url": "http://10.0.0.7:8000"}, "TARGET: 10.0.0.7 is not this machine"),
        ({"database": "postgresql://a@db.example/x"}, "--database: db.example is not this machine"),
        ({"proxy_url": "http://8.8.8.8:1"}, "--proxy-url: 8.8.8.8 is not this machine"),
    ],
)
def test_what_cannot_or_must_not_be_reached_is_told(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as raised:
        attach(**changes)
    assert told in str(raised.value)
    assert "hush" not in str(raised.value)


def test_other_machines_only_when_their_name_is_said() -> None:
    far = attach(url="http://10.0.0.7:8000", allow_remote=("10.0.0.7",))
    assert far.app_address() == Endpoint("10.0.0.7", 8000)
    with pytest.raises(UsageError, match=r"--database: db\.example .*--allow-remote db\.example"):
        attach(
            url="http://10.0.0.7:8000", database="postgresql://a@db.example/x",
            allow_remote=("10.0.0.7",),
        )  # fmt: skip


def test_a_host_that_is_named_and_not_used_is_a_mistake() -> None:
    """A name with a slip would otherwise look like a permission."""
    with pytest.raises(UsageError, match="--allow-remote stagin: no address of this command"):
        attach(allow_remote=("stagin",))


def test_a_host_name_stays_in_the_url_and_leads_to_the_proxy() -> None:
    """For its certificate, and for a server that picks an app by the name."""
    named = attach(url="https://shop.example", allow_remote=("shop.example",))
    assert named.app_address() == Endpoint("shop.example", 443)
    assert named.url_at(Endpoint("127.0.0.1", 41234)) == "https://shop.example:41234"
    assert named.route == "127.0.0.1"
    for_workers = attach(
        url="https://shop.example", allow_remote=("shop.example",), app_listen="10.0.0.5:18000"
    )
    assert for_workers.route == "10.0.0.5"
    assert for_workers.callers == Endpoint("10.0.0.5", 18000)


def test_an_ip_address_is_replaced_by_the_proxys() -> None:
    assert attach().url_at(Endpoint("127.0.0.1", 41234)) == "http://127.0.0.1:41234"
    assert attach().route == ""


def test_the_app_is_told_how_to_encrypt() -> None:
    made = attach(database=f"{DATABASE}?sslmode=require")
    assert made.database_for_the_app.endswith("@127.0.0.1:15432/shop?sslmode=require")
