"""``squall check http://…``: an app, a database and maybe a Toxiproxy that are already running.

    workload ─▶ proxy ─▶ APP (runs already) ─▶ proxy at a fixed address ─▶ DATABASE (runs already)

Only the two proxies are Squall's. You point the app at the fixed address; Squall checks that its
sessions use it. Faults that need control over app or database are skipped with the reason.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from squall_faults.ports import AppControl, DatabaseProcess, DatabaseServer

from squall.core.errors import UsageError
from squall.lab.components import Components, ProxyRoute
from squall.lab.endpoint import Endpoint, free_port
from squall.lab.providers.attached import attached_app, attached_postgres
from squall.lab.providers.attached.attached_app import AttachedApp
from squall.lab.providers.attached.attached_engine import AttachedEngine
from squall.lab.providers.attached.attached_postgres import AttachedPostgres
from squall.lab.providers.process.engine_process import EngineProcess
from squall.lab.providers.process.watchdog import Watchdog

LOOPBACK = "127.0.0.1"
LISTEN = "127.0.0.1:15432"
PREFIX = "squall-"
"""Prefix of Squall's proxy names in a Toxiproxy that is shared with others."""

TOUCH = "it would touch your database itself; allow it with --touch-database"
TELLS_LOG = "the log of your database is not known, so the bite could not be proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """What is already running, and what Squall may do to it."""

    url: str
    """The app: ``http://127.0.0.1:8000``."""
    database: str
    """Its database, not through a proxy: ``postgresql://user:password@host:port/name``."""
    listen: str = LISTEN
    """Where the proxy in front of the database listens: the address for the app's configuration."""
    proxy_url: str | None = None
    """A Toxiproxy that is already running; None if Squall starts its own engine."""
    touch_database: bool = False
    """Whether faults may end sessions, hold locks and use up connections of the database."""
    allow_remote: bool = False
    log: Path | None = None
    """The app's log, if it is a file on this machine."""
    wait_seconds: float = 20.0

    def __post_init__(self) -> None:
        """Refuse addresses that cannot be reached or must not be used.

        Raises:
            UsageError: the message names the option and the correct form.
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
        """The app's own address."""
        parts = _split("TARGET", self.url, ("http",), "http://127.0.0.1:8000")
        if parts.path not in ("", "/"):
            raise UsageError(
                f"TARGET {self.url!r}: give the address only; paths belong to the operations"
            )
        return Endpoint(str(parts.hostname), parts.port or 80)

    def database_address(self) -> Endpoint:
        """The database's own address."""
        schemes = ("postgresql", "postgres")
        example = "postgresql://user:password@127.0.0.1:5432/name"
        parts = _split("--database", self.database, schemes, example)
        return Endpoint(str(parts.hostname), parts.port or attached_postgres.PORT)

    def engine_address(self) -> Endpoint:
        """The address of Toxiproxy's HTTP API."""
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


def create_attached_components(
    attach: Attach, ready_path: str, directory: Path, keeper: Watchdog, token: str = ""
) -> Components:
    """The components of a lab around what is already running."""
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
    return Components(
        database=database,
        engine=AttachedEngine(attach.engine_address(), [f"{PREFIX}postgres", f"{PREFIX}app"])
        if foreign
        else EngineProcess(directory, keeper, token=token),
        meter=EngineProcess(directory, keeper, token=token) if foreign else None,
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


def _way(listen: Endpoint, upstream: Endpoint) -> ProxyRoute:
    meter = Endpoint(LOOPBACK, free_port())
    return ProxyRoute(listen=listen, upstream=upstream, metered=meter, meter=meter)


def _split(option: str, url: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        known = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        # An address may contain a password, so it is not printed.
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
