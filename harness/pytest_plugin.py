"""The pytest plugin: the ``squall`` fixture, ``*.squall.yaml`` files as tests, a table at the end.

    def test_the_order_book_survives_a_crash(squall):
        run = squall.run("database-crash-restart")
        assert run.passed

Pytest loads this before coverage starts and in every session, so everything heavy is imported
inside the hooks. ``-p no:squall`` leaves it out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.scenario.hold import HeldLab
    from harness.scenario.lab import LabOptions
    from harness.scenario.runner import Run

OPTIONS = {
    "app": ("", "app under test: package.module:app; default: the reference app"),
    "factory": ("false", "true when the app is a factory"),
    "engine": ("embedded", "embedded, toxiproxy, or the path of a toxiproxy-server"),
    "provider": ("process", "process, docker, or compose"),
    "seed": ("", "seed of every draw; default: a fresh one, shown in the header"),
}
"""Each is an option ``--squall-x``, an environment variable SQUALL_X and an ini value squall_x."""

HELD = pytest.StashKey["HeldLab"]()
SEED = pytest.StashKey[int]()
RUNS = pytest.StashKey[list["Run"]]()
SUFFIX = ".squall.yaml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Option beats environment beats ini beats default."""
    group = parser.getgroup("squall", "resilience under real outages")
    for name, (default, text) in OPTIONS.items():
        group.addoption(f"--squall-{name}", default=None, metavar=name.upper(), help=text)
        parser.addini(f"squall_{name}", f"{text} [{default}]", default=default)


def _value(config: pytest.Config, name: str) -> str:
    option = config.getoption(f"--squall-{name}")
    return str(
        option or os.environ.get(f"SQUALL_{name.upper()}") or config.getini(f"squall_{name}")
    )


def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed, or take the controller's: all workers of xdist share it."""
    from harness.core.ids import fresh_seed  # noqa: PLC0415 - see the module's docstring

    given = _value(config, "seed")
    if given and not given.isdigit():
        raise pytest.UsageError(f"--squall-seed must be a whole number, got {given!r}")
    shared = getattr(config, "workerinput", {}).get("squall_seed")
    config.stash[SEED] = shared if shared is not None else int(given) if given else fresh_seed()
    config.stash[RUNS] = []


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - xdist's, which may be absent
    """Hand the seed to a worker of pytest-xdist."""
    node.workerinput["squall_seed"] = node.config.stash[SEED]


def pytest_report_header(config: pytest.Config) -> str:
    """Engine, version and seed: what is needed to do this again."""
    from importlib.metadata import version  # noqa: PLC0415 - see the module's docstring

    engine = _value(config, "engine")
    return f"squall: {version('squall')}, engine {engine}, seed {config.stash[SEED]}"


def lab_options(config: pytest.Config) -> LabOptions:
    """The lab that the configuration asks for."""
    from harness.scenario.config import configured  # noqa: PLC0415 - see the module's docstring
    from harness.scenario.lab import LabOptions  # noqa: PLC0415 - the same
    from harness.scenario.profile import REFERENCE  # noqa: PLC0415 - the same

    app, factory = _value(config, "app"), _value(config, "factory") == "true"
    own = None if app else configured(config.rootpath)
    profile = REFERENCE.with_target(app, factory=factory) if app else own or REFERENCE
    return LabOptions(
        profile=profile,
        engine=_value(config, "engine"),
        seed=config.stash[SEED],
        provider=_value(config, "provider"),
    )


def held(config: pytest.Config) -> HeldLab:
    """The session's lab of this worker; it starts with its first run."""
    from harness.scenario.hold import HeldLab  # noqa: PLC0415 - see the module's docstring

    if HELD not in config.stash:
        config.stash[HELD] = HeldLab(lab_options(config))
    return config.stash[HELD]


class Squall:
    """What a test gets: one method, and every run is remembered for the report."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item

    def run(self, scenario: Any, *, seed: int | None = None) -> Run:  # noqa: ANN401 - Scenario, str or Path; importing them here is too early
        """Run a scenario (an object, a stock outage's name, or a file) and return its Run."""
        run = held(self._item.config).run(scenario, seed=seed)
        remember(self._item, run)
        return run


@pytest.fixture
def squall(request: pytest.FixtureRequest) -> Squall:
    """Put the app through outages; the lab is shared by the session and checked between runs."""
    return Squall(request.node)


def remember(item: pytest.Item, run: Run) -> None:
    """Keep a run for the failure's sections, the table and JUnit's properties."""
    from harness.reports import text  # noqa: PLC0415 - see the module's docstring

    item.config.stash[RUNS].append(run)
    row = {"squall.scenario": run.scenario.name, "squall.seed": run.seed,
           "squall.engine": run.engine, "squall.verdict": run.verdict.value}  # fmt: skip
    item.user_properties.extend(row.items())
    item.user_properties.append(("squall.row", _row(run)))
    if not run.passed:
        lines = [*text.verdict_lines(run), *text.timeline(run), f"again: {_again(item, run)}"]
        item.add_report_section("call", "squall", "\n".join(lines))


def _again(item: pytest.Item, run: Run) -> str:
    return f"pytest '{item.nodeid}' --squall-seed {run.seed} --squall-engine {run.engine}"


def _row(run: Run) -> list[str]:
    from harness.reports.numbers import numbers  # noqa: PLC0415 - see the module's docstring

    row = numbers(run)
    return [run.scenario.name, row.bites, row.errors, " / ".join(row.p95), row.recovery,
            run.verdict.value]  # fmt: skip


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Scenario files are tests."""
    if file_path.name.endswith(SUFFIX):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """A ``*.squall.yaml`` file with its one scenario."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test, named by the file."""
        yield ScenarioItem.from_parent(self, name=self.path.name.removesuffix(SUFFIX))


class ScenarioFailed(Exception):
    """A scenario file's run did not pass; the text says why."""


class ScenarioItem(pytest.Item):
    """The run of one scenario file."""

    def runtest(self) -> None:
        """Run it; anything but ``pass`` fails."""
        from harness.reports import text  # noqa: PLC0415 - see the module's docstring

        run = held(self.config).run(self.path)
        remember(self, run)
        if not run.passed:
            raise ScenarioFailed("\n".join(text.verdict_lines(run)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override] # noqa: ANN401 - pytest's own type is wider
        """A verdict or a bad file needs no traceback."""
        from harness.core.errors import SquallError  # noqa: PLC0415 - see the module's docstring

        if isinstance(excinfo.value, ScenarioFailed | SquallError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the failure's headline points."""
        return self.path, None, f"scenario {self.name}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One table over all runs, also those of xdist's workers."""
    rows = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in getattr(report, "user_properties", ())
        if name == "squall.row"
    ]
    if not rows:
        return
    heading = ["outage", "bit", "errors", "p95 ms before/during/after", "recovery", "verdict"]
    widths = [max(len(row[column]) for row in [heading, *rows]) for column in range(len(heading))]
    terminalreporter.section("squall")
    for row in [heading, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.line("  ".join(cells).rstrip())


def pytest_unconfigure(config: pytest.Config) -> None:
    """End this worker's lab."""
    if HELD in config.stash:
        config.stash[HELD].close()
        del config.stash[HELD]
