"""``--load locust --workers …``: the load of several machines."""

from __future__ import annotations

from typing import Any

import click

from squall.cli.grouped_options import grouped
from squall.core.errors import UsageError
from squall.workload.load_workers import LoadWorkers, parse_workers

load_options = grouped(
    "Load",
    click.option("--load", type=click.Choice(["one", "locust"]), default="one", show_default=True,
                 help="Who sends it: one process, or Locust's master and workers."),
    click.option("--workers", metavar="NUMBER|HOST,…",
                 help="Locust's workers: processes of this machine, or hosts on which you start"
                      " them; the command is printed."),
)  # fmt: skip


def take_load(given: dict[str, Any]) -> LoadWorkers | None:
    """Who sends the load. The options of this module are removed from ``given``.

    Raises:
        UsageError: one of them does not go with the other.
    """
    load, workers = given.pop("load"), given.pop("workers")
    if load == "one":
        if workers is not None:
            raise UsageError("--workers goes with --load locust")
        return None
    if workers is None:
        raise UsageError("--load locust needs --workers: a number, or hosts")
    return parse_workers(workers)
