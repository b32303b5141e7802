"""``squall check http://…``: an app, a database and maybe a Toxiproxy that are already running.

    workload ─▶ proxy ─▶ APP (runs already) ─▶ proxy at a fixed address ─▶ DATABASE (runs already)

Only the two proxies are Squall's. You point the app at the fixed address; Squall checks that its
sessions use it. Faults that need control over app or database are skipped with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from squall_faults.ports import AppControl, DatabaseProcess, DatabaseServer

from squall.core.errors import UsageError
from squall.lab.components import Components, ProxyRoute
from squall.lab.endpoint import Endpoint, free_port
from squall.lab.providers.attached import attached_app, attached_postgres
from squall.lab.providers.attached.addresses import (
    endpoint_of,
    is_ip,
    is_loopback,
    split_address,
)
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
    app_listen: str | None = None
    """Where the proxy in front of the app listens; None for a free port of this machine. Load
    workers of other machines must reach it.
    """
    allow_remote: tuple[str, ...] = ()
    """Hosts other than this machine that load and faults may reach."""
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
        endpoint_of("--proxy-listen", self.listen, LISTEN)
        if self.proxy_url is not None:
            self.engine_address()
        _ = self.callers
        self._refuse_unnamed_hosts()

    def _refuse_unnamed_hosts(self) -> None:
        unused = set(self.allow_remote)
        for option, host in self.hosts.items():
            unused.discard(host)
            if not is_loopback(host) and host not in self.allow_remote:
                raise UsageError(
                    f"{option}: {host} is not this machine; faults go to loopback addresses only,"
                    f" unless you name the host: --allow-remote {host}"
                )
        if unused:
            raise UsageError(f"--allow-remote {min(unused)}: no address of this command is there")

    @property
    def hosts(self) -> dict[str, str]:
        """The host of each address, by its option."""
        named = {"TARGET": self.url, "--database": self.database, "--proxy-url": self.proxy_url}
        found = {option: urlsplit(url or "").hostname for option, url in named.items()}
        return {option: host for option, host in found.items() if host is not None}

    def app_address(self) -> Endpoint:
        """The app's own address."""
        schemes = ("http", "https")
        parts = split_address("TARGET", self.url, schemes, "http://127.0.0.1:8000")
        if parts.path not in ("", "/"):
            raise UsageError(
                f"TARGET {self.url!r}: give the address only; paths belong to the operations"
            )
        return Endpoint(str(parts.hostname), parts.port or (443 if self.scheme == "https" else 80))

    @property
    def scheme(self) -> str:
        """``http`` or ``https``."""
        return urlsplit(self.url).scheme

    def url_at(self, proxy: Endpoint) -> str:
        """The app's address with the port of a proxy in front of it.

        A host name stays, for the app's certificate and for a server that picks an app by it.
        """
        host = self.hosts["TARGET"]
        return f"{self.scheme}://{proxy}" if is_ip(host) else f"{self.scheme}://{host}:{proxy.port}"

    @property
    def route(self) -> str:
        """Where the name in :meth:`url_at` leads; empty if there is no name in it."""
        if is_ip(self.hosts["TARGET"]):
            return ""
        return LOOPBACK if self.callers is None else self.callers.host

    @property
    def callers(self) -> Endpoint | None:
        """Where the proxy in front of the app listens; None for a free port."""
        if self.app_listen is None:
            return None
        return endpoint_of("--app-listen", self.app_listen, "10.0.0.5:18000")

    def database_address(self) -> Endpoint:
        """The database's own address."""
        schemes = ("postgresql", "postgres")
        example = "postgresql://user:password@127.0.0.1:5432/name"
        parts = split_address("--database", self.database, schemes, example)
        return Endpoint(str(parts.hostname), parts.port or attached_postgres.PORT)

    def engine_address(self) -> Endpoint:
        """The address of Toxiproxy's HTTP API."""
        parts = split_address(
            "--proxy-url", self.proxy_url or "", ("http",), "http://127.0.0.1:8474"
        )
        return Endpoint(str(parts.hostname), parts.port or 8474)

    @property
    def database_for_the_app(self) -> str:
        """The address that the app must use, without the password."""
        parts = urlsplit(self.database)
        user = f"{parts.username}:…@" if parts.username and parts.password else ""
        user = user or (f"{parts.username}@" if parts.username else "")
        place = f"{user}{self.listen}"
        return urlunsplit(("postgresql", place, parts.path, parts.query, ""))


def create_attached_components(
    attach: Attach, ready_path: str, directory: Path, keeper: Watchdog, token: str = ""
) -> Components:
    """The components of a lab around what is already running."""
    database = AttachedPostgres(attach.database, directory)
    listen = endpoint_of("--proxy-listen", attach.listen, LISTEN)
    callers = attach.callers or Endpoint(LOOPBACK, free_port())
    app = AttachedApp(
        attach.app_address(),
        ready_path,
        attach.log or directory / "app.log",
        attach.wait_seconds,
        attach.scheme,
    )
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
        withheld=withheld_ports(attach),
        withheld_faults={"database.read_only": TELLS_LOG},
    )


def withheld_ports(attach: Attach) -> dict[type, str]:
    """What faults must not use, each with the reason."""
    withheld: dict[type, str] = {
        AppControl: attached_app.NOT_OURS,
        DatabaseProcess: attached_postgres.NOT_OURS,
    }
    return withheld if attach.touch_database else {**withheld, DatabaseServer: TOUCH}


def _way(listen: Endpoint, upstream: Endpoint) -> ProxyRoute:
    meter = Endpoint(LOOPBACK, free_port())
    return ProxyRoute(listen=listen, upstream=upstream, metered=meter, meter=meter)
