"""``--load locust --workers …``: the load of several machines."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import click

from squall.cli.grouped_options import grouped
from squall.core.errors import UsageError
from squall.lab.lab_options import LabOptions
from squall.workload.load_workers import parse_workers

load_options = grouped(
    "Load",
    click.option("--load", type=click.Choice(["one", "locust"]), default="one", show_default=True,
                 help="Who sends it: one process, or Locust's master and workers."),
    click.option("--workers", metavar="NUMBER|HOST,…",
                 help="Locust's workers: processes of this machine, or hosts on which you start"
                      " them; the command is printed."),
    click.option("--error-budget", metavar="NUMBER", type=click.IntRange(min=0),
                 help="Requests that may fail in all; one more, and every fault is healed at once"
                      " and the check ends with exit code 6."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadArguments:
    """The values of :data:`load_options`."""

    load: str
    workers: str | None
    error_budget: int | None

    @classmethod
    def take(cls, given: dict[str, Any]) -> LoadArguments:
        """Take them out of what click hands over.

        Raises:
            UsageError: one of them does not go with the other.
        """
        taken = cls(**{field.name: given.pop(field.name) for field in fields(cls)})
        if taken.load == "one" and taken.workers is not None:
            raise UsageError("--workers goes with --load locust")
        if taken.load == "locust" and taken.workers is None:
            raise UsageError("--load locust needs --workers: a number, or hosts")
        return taken

    def of(self, options: LabOptions) -> LabOptions:
        """The lab with this load.

        Raises:
            UsageError: workers of other machines could not reach the lab.
        """
        load = None if self.workers is None else parse_workers(self.workers)
        attach = options.attach
        if load is not None and load.hosts and (attach is None or attach.app_listen is None):
            raise UsageError(
                "--workers with hosts needs a TARGET that runs already, and --app-listen HOST:PORT:"
                " where the hosts reach the proxy in front of it"
            )
        return replace(options, load=load, error_budget=self.error_budget)
