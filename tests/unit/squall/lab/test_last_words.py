"""The exception of a log, not its tail."""

from __future__ import annotations

from pathlib import Path

from squall.lab.last_words import read_last_words

LOG = """\
INFO:     Started server process [1]
Traceback (most recent call last):
  File "/x/site-packages/redis/connection.py", line 4, in connect
    raise e
redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379.

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/home/me/shop/main.py", line 12, in lifespan
    await cache.start()
  File "/x/site-packages/starlette/routing.py", line 7, in x
    pass
RuntimeError: no cache
(Background on this error at: https://sqlalche.me/e/20/e3q8)

ERROR:    Application startup failed. Exiting.
"""


def test_cause_and_end_of_a_chain_with_the_place_in_the_apps_code() -> None:
    words = read_last_words(LOG, Path("/home/me/shop"))
    assert words.lines == (
        "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379.",
        "RuntimeError: no cache",
    )
    assert words.place == "main.py:12"


def test_a_message_of_several_lines_is_whole() -> None:
    log = (
        "Traceback (most recent call last):\n"
        '  File "a.py", line 1\n'
        "pydantic_core._pydantic_core.ValidationError: 2 validation errors for Settings\n"
        "A\n  Field required [type=missing]\n"
        "    For further information visit https://errors.pydantic.dev\n"
        "B\n  Field required [type=missing]\n"
    )
    assert [line.strip() for line in read_last_words(log).lines][1:] == [
        "A", "Field required [type=missing]", "B", "Field required [type=missing]",
    ]  # fmt: skip


def test_without_an_exception_the_last_lines() -> None:
    assert read_last_words("one\n\nError: no such option: --x\n").lines == (
        "one", "Error: no such option: --x",
    )  # fmt: skip
    assert read_last_words("").lines == ()
