"""``squall report``: the page of a stored run, or the run in Markdown."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from squall.cli.stored_runs import newest_run
from squall.core.errors import ExitCode, UsageError
from squall.core.secrets import redact
from squall.reports.markdown_summary import comment
from squall.reports.run_store import open_suite
from squall.reports.stored_reports import stored_not_run, stored_report

PAGES = ("index.html", "report.html", "sweep.html", "races.html")


@click.command()
@click.argument("directory", metavar="[RUN]", required=False, type=click.Path(path_type=Path))
@click.option("--open", "opening", is_flag=True, help="Open it in the browser.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["path", "md"]),
    default="path",
    show_default=True,
    help="md prints the run in Markdown, short enough for a comment.",
)
def report(directory: Path | None, *, opening: bool, form: str) -> int:
    """Print where the report of a run is, or open it.

    RUN is a directory that check, run, sweep or merge wrote, or one outage in it. Default: the
    newest one that has outages.
    """
    run = directory or newest_run()
    if form == "md":
        if opening:
            raise UsageError("--open shows the page: leave out --format md")
        click.echo(redact(markdown_of(run)), nl=False)
        return int(ExitCode.PASS)
    page = next((run / name for name in PAGES if (run / name).is_file()), None)
    if page is None:
        raise UsageError(f"{run}: has no {' or '.join(PAGES)}; list the runs with: squall runs")
    click.echo(page)
    if opening and not webbrowser.open(page.resolve().as_uri()):
        raise UsageError(f"no browser could be started; open {page} by hand")
    return int(ExitCode.PASS)


def markdown_of(run: Path) -> str:
    """Verdict, causes, table and details of a stored run.

    Raises:
        UsageError: there is no run, or it is not what was written.
    """
    suite = open_suite(run)
    reported = [stored_report(each, directory=each.path.name) for each in suite.runs]
    return comment(reported, stored_not_run(suite), suite.part)
