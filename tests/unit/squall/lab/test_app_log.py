"""Lines of an app's log that tell of something nobody handled, with what was raised."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.lab.app_log import NewProblems, calm_problems, problems

ASGI = "ERROR:    Exception in ASGI application"
PLAIN = f"""INFO:     started
{ASGI}
Traceback (most recent call last):
  File "x.py", line 3, in y
    raise ValueError
ConnectionResetError: [Errno 104] reset

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "x.py", line 5, in z
sqlalchemy.exc.DBAPIError: connection was closed
[SQL: SELECT 1]
INFO:     OtherError: not of this traceback
"""
GROUP = f"""{ASGI}
  + Exception Group Traceback (most recent call last):
  |   File "x.py", line 3, in y
  | ExceptionGroup: unhandled (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "x.py", line 3, in y
    | asyncpg.exceptions.TooManyConnectionsError: sorry
    +------------------------------------
"""
TWO = f"""{ASGI}
Traceback (most recent call last):
  File "x.py", line 3, in y
asyncpg.exceptions._base.InternalClientError: cannot switch to state
Failed to restore the pool; retrying
Traceback (most recent call last):
  File "pool.py", line 564, in _maintain
ConnectionError: unexpected connection_lost() call
"""
"""Python's last resort writes a record without its level."""

CONDITION = f"""{ASGI}
Traceback (most recent call last):
  File "x.py", line 3, in y
psycopg2.errors.UndefinedTable: relation "users" does not exist
LINE 1: … users
"""
"""psycopg's classes have the names of PostgreSQL's conditions, without an Error at the end."""

COLOURED = PLAIN.replace(ASGI, f"\x1b[1m{ASGI}\x1b[0m").replace("sqlalch", "\x1b[31msqlalch")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (PLAIN, [f"{ASGI}: sqlalchemy.exc.DBAPIError: connection was closed"]),
        (GROUP, [f"{ASGI}: asyncpg.exceptions.TooManyConnectionsError: sorry"]),
        (TWO, [f"{ASGI}: asyncpg.exceptions._base.InternalClientError: cannot switch to state"]),
        (CONDITION, [f'{ASGI}: psycopg2.errors.UndefinedTable: relation "users" does not exist']),
        (f"{ASGI}\n{ASGI}\n", [ASGI, ASGI]),
        ("Task was destroyed but it is pending 0x7f12 1234\n",
         ["Task was destroyed but it is pending # #"]),
        (COLOURED, [f"{ASGI}: sqlalchemy.exc.DBAPIError: connection was closed"]),
        ("all is well\nValueError: handled\n", []),
    ],
)  # fmt: skip
def test_what_is_told(tmp_path: Path, text: str, lines: list[str]) -> None:
    log = tmp_path / "app.log"
    log.write_text("before\n" + text)
    assert list(problems(log, len("before\n"))) == lines


def test_no_log_tells_nothing(tmp_path: Path) -> None:
    assert list(problems(tmp_path / "none", 0)) == []


def test_the_last_new_problem_is_told_once_and_by_its_exception(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(
        "ERROR:    Exception in ASGI application\nTraceback (most recent call last):\nOldError: a\n"
    )
    new = NewProblems(log)
    assert new.last() == "OldError: a"
    with log.open("a") as file:
        file.write(
            "ERROR:    Exception in ASGI application\n"
            "Traceback (most recent call last):\n  File x\nKeyError: 'sku'\n"
        )
    assert new.last() == "KeyError: 'sku'"
    assert new.last() == ""
    with log.open("a") as file:
        file.write(CONDITION)
    assert new.last() == 'psycopg2.errors.UndefinedTable: relation "users" does not exist'


@pytest.mark.parametrize(
    ("line", "following", "told"),
    [
        (
            "Task exception was never retrieved",
            "future: <Task finished name='Task-75' coro=<PoolConnectionHolder.release() done, at>",
            "Task exception was never retrieved (PoolConnectionHolder.release)",
        ),
        (
            "Task was destroyed but it is pending!",
            "task: <Task pending name='Task-7' coro=<mail.<locals>.send() running at /x/m.py:3>>",
            "Task was destroyed but it is pending! (mail.<locals>.send)",
        ),
        (
            "Future exception was never retrieved",
            "future: <Future finished exception=ConnectionError('unexpected end')>",
            "Future exception was never retrieved (ConnectionError('unexpected end'))",
        ),
        ("Task exception was never retrieved", "", "Task exception was never retrieved"),
    ],
)
def test_the_coroutine_of_an_abandoned_task_is_named(
    tmp_path: Path, line: str, following: str, told: str
) -> None:
    log = tmp_path / "app.log"
    log.write_text(f"{line}\n{following}\n", "utf-8")
    assert list(problems(log, 0)) == [told]


def test_problems_of_calm_have_a_known_exception_that_no_outage_causes(tmp_path: Path) -> None:
    asgi, trace = "ERROR:    Exception in ASGI application", "Traceback (most recent call last):"
    log = tmp_path / "app.log"
    lost = "sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) gone"
    log.write_text(
        f"{asgi}\n{trace}\nRuntimeError: closed twice\n{asgi}\n{asgi}\n{trace}\n{lost}\n"
        f"{asgi}\n{trace}\npsycopg.errors.SerializationFailure: could not serialize access\n"
    )
    assert calm_problems(log) == {f"{asgi}: RuntimeError: closed twice"}


def test_a_chain_that_begins_with_an_exception_without_a_traceback(tmp_path: Path) -> None:
    """asyncio closes a transport with an exception that nobody has raised."""
    text = (
        "ERROR:    Exception in ASGI application\n"
        "ConnectionResetError: [Errno 104] Connection reset by peer\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        "Traceback (most recent call last):\n"
        '  File "app.py", line 3, in read\n'
        "RuntimeError: Caught handled exception, but response already started.\n"
    )
    log = tmp_path / "app.log"
    log.write_text(text)
    (found,) = problems(log, 0)
    assert found.endswith("RuntimeError: Caught handled exception, but response already started.")
    log.write_text("ERROR:    Exception in ASGI application\nValueError: no chain\n")
    assert list(problems(log, 0)) == ["ERROR:    Exception in ASGI application"]
