"""The one table of ``[tool.squall]``'s keys.

It drives the checks of the file, the options of ``squall check``, and the page
docs/reference/configuration.md, which a test compares. A key has the name of its field in
:class:`AppProfile` or :class:`Contract`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from squall.config.dependencies import AppWorker, Dependency
from squall.config.strict_converter import ValueRule
from squall.workload.login import Login
from squall.workload.operations import Operation

MAX_DEADLINE_SECONDS = 60

Text = Annotated[str, ValueRule("a text that is not empty", lambda text: bool(text.strip()))]
AppPath = Annotated[str, ValueRule("a path that starts with /", lambda text: text.startswith("/"))]
Status = Annotated[int, ValueRule("an HTTP status", lambda number: 100 <= number < 600)]  # noqa: PLR2004 - HTTP
Seconds = Annotated[
    float,
    ValueRule(f"more than 0 and at most {MAX_DEADLINE_SECONDS}",
         lambda number: 0 < number <= MAX_DEADLINE_SECONDS),
]  # fmt: skip
Percent = Annotated[float, ValueRule("0 to 100", lambda number: 0 <= number <= 100)]  # noqa: PLR2004 - percent
Positive = Annotated[int, ValueRule("1 or more", lambda number: number > 0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: what it takes, and what is said of it."""

    hint: Any
    """The type that a value is checked against."""
    wanted: str
    """For messages: ``ready must be …``."""
    meaning: str
    """The second column of the page."""
    left_out: str
    """The third: what counts when the key is left out."""
    flag: str = ""
    """The option of ``squall check`` that beats it."""
    metavar: str = ""
    """What the option takes, as its help shows it; empty: a switch, or made by hand."""
    flag_note: str = ""
    """What the option's help says besides ``meaning``."""

    @property
    def shown_default(self) -> str:
        """What counts when the option is left out, for its help."""
        return self.left_out.replace("`", "")


KEYS: Mapping[str, Key] = {
    "app": Key(
        hint=Text,
        wanted="an import string like package.module:app, or a command with {port}",
        meaning="import string `package.module:app`, or a command with `{port}`; `reference` is the"
        " reference app",
        left_out="needed",
        flag="TARGET, `--app`",
    ),
    "factory": Key(
        hint=bool,
        wanted="true or false",
        meaning="`true`: `app` is called to make the application",
        left_out="`false`",
        flag="`--factory`",
    ),
    "directory": Key(
        hint=Text,
        wanted="a folder below this one, such as backend",
        meaning="folder that the app and its set-up start in, such as `backend`",
        left_out="that of `pyproject.toml`",
    ),
    "python": Key(
        hint=Text,
        wanted="a path, such as .venv/bin/python, or a version, such as 3.12",
        meaning="interpreter of the app's own environment, or the version of one in the project;"
        " its folder is first in PATH for the app and its set-up",
        left_out="that of `.venv`, `venv` or the activated environment; else Squall's",
        flag="`--python`",
        metavar="PATH|VERSION",
    ),
    "database_env": Key(
        hint=Mapping[str, str],
        wanted='a table of variables, such as {DATABASE_URL = "{url}"}',
        meaning="variables that carry the database's address; placeholders `{url}`, `{asyncpg}`,"
        " `{psycopg}`, `{psycopg2}`, `{user}`, `{password}`, `{host}`, `{port}`, `{name}`",
        left_out='`{DATABASE_URL = "{url}"}`',
        flag="`--database-env`",
        metavar="NAME[=FORM]",
        flag_note="FORM: url, asyncpg, psycopg, psycopg2, or a text with the placeholders",
    ),
    "database": Key(
        hint=Mapping[str, Text],
        wanted='a table of texts: {user = "shop", password = "shop", name = "shop", port = "5432"}',
        meaning="`user`, `password`, `name` and `port` that stand fixed in the app's source: the"
        " lab's database takes them",
        left_out="new ones",
    ),
    "environment": Key(
        hint=Mapping[str, str],
        wanted="a table of variables and texts",
        meaning="other variables for the app and for `setup`; `$NAME` is one of yours",
        left_out="none",
        flag="`--env`",
        metavar="NAME=VALUE",
    ),
    "dependencies": Key(
        hint=tuple[Dependency, ...],
        wanted="an array of tables, [[tool.squall.dependencies]]",
        meaning="servers besides PostgreSQL that the lab starts (below)",
        left_out="none",
    ),
    "processes": Key(
        hint=tuple[AppWorker, ...],
        wanted="an array of tables, [[tool.squall.processes]]",
        meaning="workers of the app (below)",
        left_out="none",
    ),
    "setup": Key(
        hint=tuple[Text, ...],
        wanted="a list of commands",
        meaning="commands that run before the app starts: migrations, first rows; `.sql` files and"
        " `CREATE EXTENSION …` run as the lab's administrator",
        left_out="none",
        flag="`--setup`",
        metavar="COMMAND",
    ),
    "seed": Key(
        hint=tuple[Text, ...],
        wanted="a list of commands",
        meaning="the same, once the app is up: rows for tables that it makes at its start, a user",
        left_out="none",
    ),
    "ready": Key(
        hint=AppPath,
        wanted="a path, such as /readyz",
        meaning="readiness probe: when the app is up, and judged as a probe during the outage",
        left_out="the OpenAPI document shows that it is up",
        flag="`--ready`",
        metavar="PATH",
    ),
    "live": Key(
        hint=AppPath,
        wanted="a path, such as /livez",
        meaning="liveness probe; judged",
        left_out="not judged",
        flag="`--live`",
        metavar="PATH",
    ),
    "openapi": Key(
        hint=AppPath,
        wanted="a path, such as /openapi.json",
        meaning="where the OpenAPI document is",
        left_out="`/openapi.json`",
        flag="`--openapi`",
        metavar="PATH",
    ),
    "openapi_mounted": Key(
        hint=tuple[AppPath, ...],
        wanted="a list of paths that start with /",
        meaning="documents of the apps that are mounted in it: `/app/v1/openapi.json`",
        left_out="none",
    ),
    "metrics": Key(
        hint=AppPath,
        wanted="a path, such as /metrics",
        meaning="where the app serves its metrics in Prometheus' format; drawn in the report",
        left_out="not requested; `/metrics` when there are `gauges`",
    ),
    "gauges": Key(
        hint=Mapping[str, tuple[Text, ...]],
        wanted='a table of gauges, each with [] or its states from 0: ["closed", "open"]',
        meaning='which gauges the report draws: `{pool_in_use = [], breaker = ["closed", "open"]}`,'
        " with the words of a state from 0",
        left_out="every gauge of the app's own",
    ),
    "writes": Key(
        hint=bool,
        wanted="true or false",
        meaning="`true`: derive operations that write from the OpenAPI document, too",
        left_out="`false`",
        flag="`--writes`",
    ),
    "min_coverage": Key(
        hint=Percent,
        wanted="a percentage, 0 to 100",
        meaning="percentage of the operations that the app offers: when fewer are requested, the"
        " check fails",
        left_out="0: not judged",
        flag="`--min-coverage`",
        metavar="PERCENT",
    ),
    "headers": Key(
        hint=Mapping[str, str],
        wanted="a table of header names and texts",
        meaning="sent with every request; `$NAME` is a variable of the environment",
        left_out="none",
        flag="`--header`",
        metavar="NAME:VALUE",
    ),
    "parameters": Key(
        hint=Mapping[str, str],
        wanted="a table of parameter names and texts",
        meaning="values of the document's parameters by name, for path, query and header:"
        ' `{organization = "default"}`',
        left_out="examples of the document, ids in the app's own answers, defaults and bounds",
    ),
    "websockets": Key(
        hint=tuple[AppPath, ...],
        wanted="a list of paths that start with /",
        meaning="websockets to try, which no document contains: `/ws/{room}?token={token}`;"
        " parameters get values as those of the document do, `token` that of the login",
        left_out="none",
    ),
    "login": Key(
        hint=tuple[Login, ...],
        wanted="an array of tables, [[tool.squall.login]]",
        meaning="requests that give credentials (below)",
        left_out="none",
    ),
    "operations": Key(
        hint=tuple[Operation, ...],
        wanted="an array of tables, [[tool.squall.operations]]",
        meaning="the requests of the load (below)",
        left_out="derived from the OpenAPI document",
    ),
    "deadline_seconds": Key(
        hint=Seconds,
        wanted=f"a number of seconds, more than 0 and at most {MAX_DEADLINE_SECONDS}",
        meaning="every answer comes within it",
        left_out="3",
        flag="`--deadline`",
        metavar="SECONDS",
    ),
    "error_statuses": Key(
        hint=frozenset[Status],
        wanted="a list of HTTP statuses",
        meaning="documented statuses besides 2xx",
        left_out="400, 401, 403, 404, 405, 409, 422, 429, 503, 504",
    ),
    "error_media_type": Key(
        hint=str,
        wanted="a media type, or an empty text",
        meaning="of the body of an error, such as `application/problem+json`",
        left_out="any",
    ),
    "retry_after_statuses": Key(
        hint=frozenset[Status],
        wanted="a list of HTTP statuses",
        meaning="statuses that carry `Retry-After`",
        left_out="none",
    ),
    "most_sessions": Key(
        hint=Positive,
        wanted="the sessions that all pools of the app may have, 1 or more",
        meaning="sessions that all pools of the app may have together: fewer are neither a leak"
        " nor a storm, whatever there were before the outage",
        left_out="what there was before the outage, and a few more",
    ),
    "plugins": Key(
        hint=tuple[Text, ...],
        wanted='a list of modules with custom faults or gates, such as ["mypkg.resilience"]',
        meaning="modules with custom faults (`examples/custom-fault/`) or"
        " [custom gates](gates.md#custom-gates), imported by every command and by pytest",
        left_out="none",
    ),
    "skip": Key(
        hint=Mapping[str, Text],
        wanted="a table of outages or tags, each with the reason why it is left out",
        meaning="outages or tags that `squall check` and the mark `outage` leave out, each with the"
        " reason (below)",
        left_out="none",
        flag="`--skip`",
    ),
    "written_keys": Key(
        hint=Text,
        wanted="SQL that gives key and number of rows",
        meaning="SQL that gives the key and the number of rows of every write: nothing lost,"
        " nothing twice",
        left_out="not judged",
    ),
    "conserved": Key(
        hint=Mapping[str, str],
        wanted="a table of names and SQL that gives one number",
        meaning="SQL by name, each giving a total that must not change",
        left_out="not judged",
    ),
    "eventually": Key(
        hint=Mapping[str, str],
        wanted="a table of names and SQL that gives one number",
        meaning="SQL by name, each giving the work that is pending (jobs, an outbox): after the"
        " outage no more than before the load, after ten seconds or three deadlines",
        left_out="not judged",
    ),
}
