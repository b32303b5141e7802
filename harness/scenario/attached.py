"""``squall check http://…``: an app, a database and maybe a Toxiproxy that run already.

    workload ─▶ proxy ─▶ APP (runs already) ─▶ proxy at a fixed address ─▶ DATABASE (runs already)

Only the two proxies are Squall's. The app's user points the app at the fixed address; Squall looks
whether its sessions come that way. What is not controlled cannot be broken: faults that need it are
skipped with the reason.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from faults.ports import AppControl, DatabaseProcess, DatabaseServer
from harness.core.errors import UsageError
from harness.providers.attach import app as attached_app
from harness.providers.attach import postgres as attached_postgres
from harness.providers.attach.app import AttachedApp
from harness.providers.attach.engine import AttachedEngine
from harness.providers.attach.postgres import AttachedPostgres
from harness.providers.base import Endpoint, free_port
from harness.providers.parts import Parts, Way
from harness.providers.process.keeper import Keeper
from harness.providers.process.proxy import ProxyProcess

LOOPBACK = "127.0.0.1"
LISTEN = "127.0.0.1:15432"
PREFIX = "squall-"
"""Of our proxies' names in a Toxiproxy that others use, too."""

TOUCH = "it would touch your database itself; allow it with --touch-database"
TELLS_LOG = "the log of your database is not known, so the bite could not be proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """What runs already, and what may be done to it."""

    url: str
    """The app: ``http://127.0.0.1:8000``."""
    database: str
    """Its database, directly: ``postgresql://user:password@host:port/name``."""
    listen: str = LISTEN
    """Where the proxy to the database listens: the address that the app is to use."""
    proxy_url: str | None = None
    """A Toxiproxy that runs already; None: Squall starts its own engine."""
    touch_database: bool = False
    """Whether faults may end sessions, hold locks and take connections of the database."""
    allow_remote: bool = False
    log: Path | None = None
    """The app's log, if it is a file here."""
    wait_seconds: float = 20.0

    def __post_init__(self) -> None:
        """Refuse what cannot be reached or must not be.

        Raises:
            UsageError: with the option and what would be right.
        """
        self.app_address()
        self.database_address()
        _endpoint("--proxy-listen", self.listen)
        if self.proxy_url is not None:
            self.engine_address()
        if self.allow_remote:
            return
        named = {"TARGET": self.url, "--database": self.database, "--proxy-url": self.proxy_url}
        for option, url in named.items():
            host = urlsplit(url or "").hostname
            if host is not None and not _loopback(host):
                raise UsageError(
                    f"{option}: {host} is not this machine; faults go to loopback addresses only,"
                    " unless you say --allow-remote"
                )

    def app_address(self) -> Endpoint:
        """Of the app itself."""
        parts = _split("TARGET", self.url, ("http",), "http://127.0.0.1:8000")
        if parts.path not in ("", "/"):
            raise UsageError(
                f"TARGET {self.url!r}: give the address only; paths belong to the operations"
            )
        return Endpoint(str(parts.hostname), parts.port or 80)

    def database_address(self) -> Endpoint:
        """Of the database itself."""
        schemes = ("postgresql", "postgres")
        example = "postgresql://user:password@127.0.0.1:5432/name"
        parts = _split("--database", self.database, schemes, example)
        return Endpoint(str(parts.hostname), parts.port or attached_postgres.PORT)

    def engine_address(self) -> Endpoint:
        """Of the Toxiproxy's HTTP API."""
        parts = _split("--proxy-url", self.proxy_url or "", ("http",), "http://127.0.0.1:8474")
        return Endpoint(str(parts.hostname), parts.port or 8474)

    @property
    def database_for_the_app(self) -> str:
        """The address that the app must use, without the password."""
        parts = urlsplit(self.database)
        user = f"{parts.username}:…@" if parts.username and parts.password else ""
        user = user or (f"{parts.username}@" if parts.username else "")
        place = f"{user}{self.listen}"
        return urlunsplit(("postgresql", place, parts.path, "", ""))


def attached_parts(attach: Attach, ready_path: str, directory: Path, keeper: Keeper) -> Parts:
    """The parts of a lab around what runs already."""
    database = AttachedPostgres(attach.database, directory)
    listen = _endpoint("--proxy-listen", attach.listen)
    callers = Endpoint(LOOPBACK, free_port())
    app = AttachedApp(
        attach.app_address(),
        ready_path,
        attach.log or directory / "app.log",
        attach.wait_seconds,
    )
    withheld: dict[type, str] = {
        AppControl: attached_app.NOT_OURS,
        DatabaseProcess: attached_postgres.NOT_OURS,
    }
    if not attach.touch_database:
        withheld[DatabaseServer] = TOUCH
    foreign = attach.proxy_url is not None
    return Parts(
        database=database,
        engine=AttachedEngine(attach.engine_address(), [f"{PREFIX}postgres", f"{PREFIX}app"])
        if foreign
        else ProxyProcess(directory, keeper),
        meter=ProxyProcess(directory, keeper) if foreign else None,
        app=app,
        ways={
            "postgres": _way(listen, Endpoint(database.host, database.port)),
            "app": _way(callers, Endpoint(app.host, app.port)),
        },
        app_address=callers,
        app_database_url=attach.database_for_the_app,
        prefix=PREFIX if foreign else "",
        withheld=withheld,
        withheld_faults={"database.read_only": TELLS_LOG},
    )


def _way(listen: Endpoint, upstream: Endpoint) -> Way:
    meter = Endpoint(LOOPBACK, free_port())
    return Way(listen=listen, upstream=upstream, metered=meter, meter=meter)


def _split(option: str, url: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        known = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        # An address may hold a password: it is not repeated.
        raise UsageError(f"{option} cannot be understood; write it like {example}")
    return parts


def _endpoint(option: str, text: str) -> Endpoint:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:  # noqa: PLR2004 - TCP's ports
        raise UsageError(f"{option} {text!r}: write HOST:PORT, such as {LISTEN}")
    return Endpoint(host, int(port))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
