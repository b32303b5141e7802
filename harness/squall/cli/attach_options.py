"""Options of ``squall check http://…``: what is already running, and what Squall may do to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from squall.cli.grouped_options import grouped
from squall.core.errors import UsageError
from squall.lab.providers.attached.attach import LISTEN, Attach

NAMES = ("database", "proxy_listen", "proxy_url", "touch_database", "app_listen", "allow_remote",
         "app_log", "wait")  # fmt: skip


attach_options = grouped(
    "TARGET http://…: an app that runs already",
    click.option("--database", envvar="SQUALL_DATABASE", metavar="URL",
                 help="The app's database, directly:"
                      " postgresql://user:password@host:port/name."),
    click.option("--proxy-listen", metavar="HOST:PORT", default=LISTEN, show_default=True,
                 help="The database address that the app is to use."),
    click.option("--proxy-url", envvar="SQUALL_PROXY_URL", metavar="URL",
                 help="A Toxiproxy that runs already, such as"
                      " http://127.0.0.1:8474; proxies are added to it and taken away again."),
    click.option("--touch-database", is_flag=True,
                 help="Faults may end sessions, lock tables and take"
                      " connections of the database."),
    click.option("--app-listen", metavar="HOST:PORT",
                 help="Where the proxy in front of the app listens, if load workers of other"
                      " machines must reach it."),
    click.option("--allow-remote", metavar="HOST", multiple=True,
                 help="Load and faults may reach this host; repeatable."),
    click.option("--app-log", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
                 help="The app's log, to be judged."),
    click.option("--wait", metavar="SECONDS", default=20.0, show_default=True,
                 type=click.FloatRange(0, 600),
                 help="How long to wait for the app to answer."),
)  # fmt: skip


def parse_attach(target: str | None, given: dict[str, Any]) -> Attach | None:
    """The attached components. The options of this module are removed from ``given``.

    Raises:
        UsageError: an option does not go with the target, or cannot be parsed.
    """
    mine = {name: given.pop(name) for name in NAMES}
    if not is_url(target):
        # --database and --proxy-url can also be set by variables.
        for name in ("app_log", "touch_database", "app_listen", "allow_remote"):
            if mine[name]:
                option = "--" + name.replace("_", "-")
                raise UsageError(f"{option} goes with a TARGET that runs already: http://…")
        return None
    if not mine["database"]:
        raise UsageError(
            "a TARGET that runs already needs --database postgresql://user:password@host:port/name:"
            " where its database is"
        )
    return Attach(
        url=str(target),
        database=mine["database"],
        listen=mine["proxy_listen"],
        proxy_url=mine["proxy_url"],
        touch_database=mine["touch_database"],
        app_listen=mine["app_listen"],
        allow_remote=mine["allow_remote"],
        log=mine["app_log"],
        wait_seconds=mine["wait"],
    )


def is_url(target: str | None) -> bool:
    """Whether a target is an app that is already running."""
    return target is not None and target.startswith(("http://", "https://"))
