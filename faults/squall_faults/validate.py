"""Checks at the door: a fault with an impossible value never comes into being."""

from __future__ import annotations

import re

from squall_faults.errors import InvalidFault

PROXIES = ("postgres", "app")
"""The proxies of every lab: between app and database, and between callers and app."""

PROXY_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""Another proxy has the name of a dependency of the app, such as ``redis``."""


def whole_number(name: str, value: object, *, least: int, most: int) -> None:
    """InvalidFault unless ``value`` is an integer within the bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidFault(f"{name} must be a whole number from {least} to {most}, got {value!r}")


def one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    """InvalidFault unless ``value`` is one of the words."""
    if value not in choices:
        raise InvalidFault(f"{name} must be one of {', '.join(choices)}, got {value!r}")


def share(name: str, value: object) -> None:
    """InvalidFault unless ``value`` is a number above 0 and at most 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise InvalidFault(f"{name} must be more than 0 and at most 1, got {value!r}")


def proxy(name: object) -> None:
    """InvalidFault unless ``name`` can be that of a proxy; whether there is one, the lab knows."""
    if not isinstance(name, str) or not PROXY_NAME.fullmatch(name):
        raise InvalidFault(
            f"proxy must be {', '.join(PROXIES)} or the name of a dependency, got {name!r}"
        )


def process(name: object) -> None:
    """InvalidFault unless ``name`` can be that of a process of the app; empty stands for all."""
    if name != "" and (not isinstance(name, str) or not PROXY_NAME.fullmatch(name)):
        raise InvalidFault(f"process must be the name of one, or empty for all, got {name!r}")


def dependency(name: object) -> None:
    """InvalidFault unless ``name`` can be that of a dependency of the app, or its kind."""
    if not isinstance(name, str) or not PROXY_NAME.fullmatch(name):
        raise InvalidFault(f"dependency must be the name of one, or its kind, got {name!r}")
