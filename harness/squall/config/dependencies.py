"""The app's dependencies other than PostgreSQL, and its processes other than the server.

[[tool.squall.dependencies]]
name = "redis"                                  # a proxy of this name stands in front of it
kind = "redis"                                  # "http" with answers, "tcp" with a command
environment = {REDIS_URL = "redis://{host}:{port}/0"}

[[tool.squall.processes]]
name = "worker"
command = "arq shop.worker.WorkerSettings"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from squall.config.upstream_answers import DeclaredAnswer
from squall.core.errors import UsageError

Kind = Literal["redis", "http", "tcp"]

TAKEN = frozenset({"app", "postgres", "replication"})
"""Names of the proxies that every lab has."""

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A server that the lab starts for the app, behind its own proxy."""

    name: str
    """The name of its proxy; every network fault can be aimed at it."""
    kind: Kind
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables for its address; ``{host}``, ``{port}`` and ``{url}`` are filled in."""
    command: str = ""
    """For ``tcp``: the command that listens on ``{port}``. For the others the lab has a server."""
    openapi: str = ""
    """For ``http``: an OpenAPI document in the app's folder, whose examples are answered."""
    answers: tuple[DeclaredAnswer, ...] = ()
    """For ``http``: what is answered, before the document."""

    def filled(self, host: str, port: int) -> dict[str, str]:
        """The variables for a proxy that listens at this address.

        Raises:
            UsageError: a template has an unknown placeholder.
        """
        known = {"host": host, "port": str(port), "url": f"{self.kind}://{host}:{port}"}
        filled = {}
        for name, template in self.environment.items():
            try:
                filled[name] = template.format_map(known)
            except (KeyError, ValueError, IndexError) as error:
                raise UsageError(
                    f"dependency {self.name!r}: environment {name}={template!r}: {error} is not"
                    " a placeholder; there are {host}, {port}, {url}"
                ) from None
        return filled


@dataclass(frozen=True, slots=True, kw_only=True)
class AppWorker:
    """A process of the app that serves no HTTP: a queue worker, a scheduler."""

    name: str
    command: str


def dependency_problems(dependencies: Iterable[Dependency]) -> Iterable[str]:
    """The problems, one sentence each."""
    seen: set[str] = set()
    for one in dependencies:
        if not NAME.fullmatch(one.name):
            yield f"dependency {one.name!r}: name must be small letters, digits and hyphens"
        elif one.name in TAKEN or one.name in seen:
            yield f"dependency {one.name!r}: a proxy of this name is there already"
        seen.add(one.name)
        if one.kind == "tcp" and "{port}" not in one.command:
            yield f"dependency {one.name!r}: kind tcp needs command, one that listens on {{port}}"
        if one.kind != "tcp" and one.command:
            yield f"dependency {one.name!r}: kind {one.kind} takes no command, the lab has a server"
        yield from _answer_problems(one)


def _answer_problems(one: Dependency) -> Iterable[str]:
    if one.kind != "http" and (one.answers or one.openapi):
        yield f"dependency {one.name!r}: answers and openapi are for kind http"
    if one.kind == "http" and not (one.answers or one.openapi):
        yield f"dependency {one.name!r}: kind http needs answers or openapi"
    for answer in one.answers:
        yield from (f"dependency {one.name!r}: answers: {text}" for text in answer.problems())


def worker_problems(workers: Iterable[AppWorker]) -> Iterable[str]:
    """The problems, one sentence each."""
    seen: set[str] = set()
    for one in workers:
        if not NAME.fullmatch(one.name) or one.name in seen:
            yield f"process {one.name!r}: needs a name of its own, small letters and hyphens"
        seen.add(one.name)


FIXED = ("user", "password", "name", "port")
IDENTIFIER = re.compile(r"[A-Za-z_][\w-]{0,62}")


def database_problems(database: Mapping[str, str]) -> Iterable[str]:
    """The problems of a table with fixed keys, one sentence each."""
    for key, text in database.items():
        if key not in FIXED:
            yield f"database has no {key!r}; known: {', '.join(FIXED)}"
        elif key in ("user", "name") and not IDENTIFIER.fullmatch(text):
            yield f"database: {key} must be letters, digits, hyphens and underscores, got {text!r}"
        elif key == "port" and not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):  # noqa: PLR2004 - TCP
            yield f"database: port must be a number as a text, got {text!r}"
