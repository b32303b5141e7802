"""``squall export``: a scenario for another tool."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from squall.cli.completion import complete_outages
from squall.config.profile import DEFAULT_CONTRACT
from squall.core.errors import ExitCode, UsageError
from squall.exporting.chaos_mesh import Pods, chaos_mesh
from squall.exporting.chaos_toolkit import chaos_toolkit
from squall.exporting.toxiproxy_config import Upstreams, toxiproxy_config
from squall.reports.atomic_file import write_text
from squall.runner.resolve_scenario import resolve_scenario
from squall.scenario.model import Scenario
from squall.scenario.yaml_loader import SUFFIX

TOOLS = ("chaos-mesh", "chaostoolkit", "toxiproxy-config")

ADDRESS = re.compile(r"[A-Za-z0-9_.\-]{1,253}:[0-9]{1,5}|\[[0-9a-fA-F:.]{2,45}\]:[0-9]{1,5}")
LABEL_KEY = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_./-]{0,250}[A-Za-z0-9])?")
LABEL_VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@click.command()
@click.argument("scenario", shell_complete=complete_outages)
@click.option("--to", "tool", type=click.Choice(TOOLS), required=True, help="The other tool.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to this file. Default: standard output.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(0, 60, min_open=True),
    metavar="SECONDS",
    default=DEFAULT_CONTRACT.deadline_seconds,
    show_default=True,
    help="The app's deadline, for scenarios that count in deadlines.",
)
@click.option(
    "--database",
    default=Upstreams().postgres,
    show_default=True,
    metavar="HOST:PORT",
    help="toxiproxy-config: the database behind the proxy.",
)
@click.option(
    "--app-address",
    default=Upstreams().app,
    show_default=True,
    metavar="HOST:PORT",
    help="toxiproxy-config: the app behind the proxy.",
)
@click.option(
    "--namespace",
    default=Pods().namespace,
    show_default=True,
    help="chaos-mesh: where the pods are.",
)
@click.option(
    "--app-label",
    default="app=app",
    show_default=True,
    metavar="KEY=VALUE",
    help="chaos-mesh: the label of the app's pods.",
)
@click.option(
    "--database-label",
    default="app=postgres",
    show_default=True,
    metavar="KEY=VALUE",
    help="chaos-mesh: the label of the database's pods.",
)
@click.option(
    "--caller-label",
    metavar="KEY=VALUE",
    help="chaos-mesh: the label of the pods that call the app.",
)
def export(
    scenario: str,
    *,
    tool: str,
    output: Path | None,
    deadline: float,
    **given: Any,  # noqa: ANN401 - the options of one of the tools
) -> int:
    """Write a scenario for another tool.

    SCENARIO is a stock outage or a file. Only the faults go over, not the load and the gates. What
    the tool cannot express is refused, with the step and the reason.
    """
    place, chosen = _chosen(scenario)
    whole = chosen.for_app(deadline=deadline)
    if tool == "chaos-mesh":
        text = chaos_mesh(whole, place, _pods(given))
    elif tool == "chaostoolkit":
        text = chaos_toolkit(whole, place)
    else:
        servers = [_matched(name, given[name], ADDRESS) for name in ("database", "app_address")]
        text = toxiproxy_config(whole, place, Upstreams(postgres=servers[0], app=servers[1]))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_text(output, text)
        click.echo(output)
    return int(ExitCode.PASS)


def _chosen(word: str) -> tuple[str, Scenario]:
    """Its place for messages, and the scenario: a file when it is written like one."""
    is_file = word.endswith((SUFFIX, ".yaml", ".yml")) or "/" in word
    found = resolve_scenario(Path(word) if is_file else word)
    return (word if is_file else f"{word}{SUFFIX}"), found


def _pods(given: dict[str, Any]) -> Pods:
    return Pods(
        namespace=_matched("namespace", given["namespace"], NAMESPACE),
        app=_label("app_label", given["app_label"]),
        database=_label("database_label", given["database_label"]),
        callers=_label("caller_label", given["caller_label"]) if given["caller_label"] else None,
    )


def _label(name: str, text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not (found and LABEL_KEY.fullmatch(key) and LABEL_VALUE.fullmatch(value)):
        raise UsageError(
            f"{_option(name)} {text[:80]!r}: write KEY=VALUE, as Kubernetes takes them"
        )
    return key, value


def _matched(name: str, text: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(text):
        what = "HOST:PORT" if form is ADDRESS else "a name that Kubernetes takes"
        raise UsageError(f"{_option(name)} {text[:80]!r}: write {what}")
    return text


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
