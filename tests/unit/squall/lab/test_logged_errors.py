"""What was raised, and at which line of the project, from logs of several kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from squall.config.profile import UNHANDLED
from squall.lab.logged_errors import LoggedError, grouped_errors, read_errors

ASGI = "ERROR:    Exception in ASGI application"
LIBRARY = "/venv/lib/python3.11/site-packages/sqlalchemy/engine/base.py"
CHAIN = f"""Traceback (most recent call last):
  File "{LIBRARY}", line 5, in connect
    return self.pool.connect()
  File "uvloop/loop.pyx", line 2017, in uvloop.loop.Loop.create_connection
psycopg.errors.AdminShutdown: terminating connection

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "{LIBRARY}", line 9, in run_asgi
  File "ROOT/shop/main.py", line 81, in list_items
    return await session.scalars(query)
  File "{LIBRARY}", line 5, in connect
sqlalchemy.exc.OperationalError: (psycopg.errors.AdminShutdown) terminating connection
[SQL: SELECT 1]
"""
HANDED_ON = """Traceback (most recent call last):
  File "ROOT/shop/db.py", line 7, in fetch
ConnectionError: lost 127

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "ROOT/shop/middleware.py", line 3, in __call__
RuntimeError: no answer
"""
GROUP = """  + Exception Group Traceback (most recent call last):
  |   File "/venv/lib/python3.11/site-packages/anyio/x.py", line 3, in y
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "ROOT/shop/main.py", line 12, in read
    | asyncpg.exceptions.TooManyConnectionsError: sorry
    +------------------------------------
"""
RICH = """╭──────────── Traceback (most recent call last) ────────────╮
│ ROOT/shop/main.py:44 in place_order                       │
│                                                           │
│   43     async with pool.acquire() as one:                │
╰───────────────────────────────────────────────────────────╯
TimeoutError: too slow
"""
COLOURED = HANDED_ON.replace("RuntimeError", "\x1b[31m\x1b[1mRuntimeError\x1b[0m")
JSON = json.dumps({"event": "request failed", "exception": HANDED_ON}) + "\n"


def read(tmp_path: Path, text: str) -> list[LoggedError]:
    log = tmp_path / "app.log"
    log.write_text(
        "Traceback (most recent call last):\nbefore\n" + text.replace("ROOT", str(tmp_path))
    )
    return list(read_errors(log, 42, tmp_path, UNHANDLED))


@pytest.mark.parametrize(
    ("text", "exception", "place", "unhandled"),
    [
        (f"{ASGI}\n{CHAIN}", "OperationalError", "shop/main.py:81 in list_items", True),
        (
            f"INFO: it went wrong\n{CHAIN}",
            "OperationalError",
            "shop/main.py:81 in list_items",
            False,
        ),
        (HANDED_ON, "RuntimeError", "shop/db.py:7 in fetch", False),
        (f"{ASGI}\n{GROUP}", "TooManyConnectionsError", "shop/main.py:12 in read", True),
        (RICH, "TimeoutError", "shop/main.py:44 in place_order", False),
        (
            f"\x1b[2m10:42:01\x1b[0m [\x1b[31merror\x1b[0m] {ASGI}\n{COLOURED}",
            "RuntimeError",
            "shop/db.py:7 in fetch",
            True,
        ),
        (JSON.replace("ROOT", "/srv"), "RuntimeError", "/srv/shop/db.py:7 in fetch", False),
        ("Task was destroyed but it is pending!\nfine\n", "", "", True),
    ],
)
def test_one_error(tmp_path: Path, text: str, exception: str, place: str, unhandled: bool) -> None:
    [error] = read(tmp_path, f"INFO: fine\n{text}INFO: fine\n")
    assert (error.exception, error.place, error.unhandled) == (exception, place, unhandled)


def test_a_directory_that_names_itself_is_not_in_the_place(tmp_path: Path) -> None:
    (error,) = read(tmp_path, f"{ASGI}\n{HANDED_ON.replace('ROOT/', 'ROOT/./')}")
    assert error.place == "shop/db.py:7 in fetch"


def test_errors_that_follow_each_other_are_apart(tmp_path: Path) -> None:
    errors = read(tmp_path, f"{ASGI}\n{CHAIN}{ASGI}\n{GROUP}INFO: GET / 500\n{HANDED_ON}" * 3)
    assert [error.unhandled for error in errors] == [True, True, False] * 3


def test_groups_count_the_whole_log_and_know_when_the_first_came(tmp_path: Path) -> None:
    text = "".join(HANDED_ON.replace("127", str(number)) for number in range(100, 307))
    [group] = grouped_errors(read(tmp_path, text), lambda offset: offset / 10)
    assert (group.count, group.unhandled, group.at) == (207, 0, 4.2)
    assert (group.exception, group.message) == ("RuntimeError", "no answer")


def test_messages_that_always_differ_make_a_bounded_number_of_groups(tmp_path: Path) -> None:
    text = "".join(HANDED_ON.replace("no answer", "x" * number) for number in range(1, 151))
    groups = grouped_errors(read(tmp_path, text), float)
    assert len(groups) == 101
    assert sum(group.count for group in groups) == 150


def test_no_log_has_no_errors(tmp_path: Path) -> None:
    assert list(read_errors(tmp_path / "none", 0, None, UNHANDLED)) == []


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("    response = await handler(conn, exc)", 1),
        ("    await self.app(scope, receive, send)", 0),
    ],
)
def test_an_error_that_a_handler_of_errors_raised(tmp_path: Path, line: str, number: int) -> None:
    again = HANDED_ON.replace("RuntimeError", f"{line}\nRuntimeError")
    (found,) = grouped_errors(read(tmp_path, f"{ASGI}\n{again}"), lambda _: 1.0)
    assert (found.in_handler, found.exception) == (number, "RuntimeError")
