"""``squall judge REQUESTS``: judge a run whose load and faults came from other tools."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from squall.cli.suite_session import EXIT
from squall.config.profile import DEFAULT_CONTRACT
from squall.core.errors import UsageError
from squall.gates import registry
from squall.judging.fault_intervals import EXAMPLE, parse_fault, read_faults
from squall.judging.foreign_run import judge_foreign
from squall.judging.request_rows import read_requests
from squall.reports.terminal import Terminal


@click.command()
@click.argument("requests", type=click.Path(path_type=Path))
@click.option(
    "--fault", "texts", multiple=True, metavar="NAME=START/END",
    help=f"A fault and when it was in force: {EXAMPLE}. Repeatable.",
)  # fmt: skip
@click.option(
    "--faults", "file", type=click.Path(path_type=Path), metavar="FILE",
    help="The same as JSON: name, from and to of each; annotations of Grafana are taken, too.",
)  # fmt: skip
@click.option(
    "--deadline", type=click.FloatRange(0, 600, min_open=True), metavar="SECONDS",
    default=DEFAULT_CONTRACT.deadline_seconds, show_default=True,
    help="Within which the app must answer.",
)  # fmt: skip
@click.option(
    "--gate", "limits", multiple=True, metavar="LIMIT",
    help="A limit, such as 'p95 during <= 3x before'. Repeatable.",
)  # fmt: skip
@click.option("--verbose", is_flag=True, help="Print every finding, not only the bad ones.")
def judge(
    requests: Path,
    *,
    texts: tuple[str, ...],
    file: Path | None,
    deadline: float,
    limits: tuple[str, ...],
    verbose: bool,
) -> int:
    """Judge requests of another load generator under faults that others injected.

    REQUESTS is CSV or JSON lines with at, seconds and status of each request. No server is
    started, and only gates that need nothing but requests judge. The exit code is that of the
    verdict.
    """
    faults = [parse_fault(text) for text in texts]
    if file is not None:
        faults += read_faults(file)
    if not faults:
        raise UsageError(f"no fault: give --fault {EXAMPLE}, or --faults FILE")
    run = judge_foreign(
        read_requests(requests),
        sorted(faults, key=lambda fault: fault.end),
        name=requests.name,
        deadline_seconds=deadline,
        gates=registry.thresholds(list(limits)),
    )
    again = shlex.join(["squall", *sys.argv[1:]])
    Terminal(quiet=False, verbose=verbose).table([run], again)
    return int(EXIT[run.verdict])
