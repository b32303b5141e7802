"""The ``squall`` fixture: runs of outages, and the lab itself for your own steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import Any

import pytest
from squall_faults import Fault

from squall.pytest.outage_runs import RunsOfSession, must_be_possible, one_message, possible
from squall.pytest.plugin import KEPT, KEPT_SWEEPS, OPTIONS, SEED, SESSION, words
from squall.pytest.pytest_session import PytestSession
from squall.pytest.sweep_runs import SweepOfTest, directory_of, wanted_sweep, with_command
from squall.runner.lab_access import InjectedFault, LabAccess, injected
from squall.runner.run import Run
from squall.scenario.model import Scenario
from squall.sweeping.sweep_result import SweepResult

DECIDING = ("app", "factory", "provider", "gates", "rate", "deadline", "paired")
"""Options that decide what a run does."""


class SquallFixture:
    """The fixture's object. It keeps every run for the report."""

    def __init__(self, item: pytest.Item, values: Mapping[str, str]) -> None:
        """``values`` are those of the options."""
        self._item = item
        self._values = values

    def run(self, scenario: Scenario | str | Path, *, seed: int | None = None) -> Run:
        """Run a scenario (an object, a stock outage's name, or a file) and return its Run.

        If this machine or lab lacks what it needs, the test is skipped, or fails if
        ``--squall-require`` names it.
        """
        config = self._item.config
        if words(config, "cell"):
            pytest.skip("--squall-cell chooses a fault point; this test runs an outage")
        with one_message():
            session = self._session
            only, require = words(config, "only"), words(config, "require")
            wanted = possible(session.lab, scenario, only, require)
            run = session.lab.run(session.with_options(wanted), seed=seed)
        again = f"pytest {quote(self._item.nodeid)} {self._given(run.seed)}"
        kept = RunsOfSession(
            run=run, app_log=session.logs.last, reproduce=again, report=session.report
        )
        self._item.stash.setdefault(KEPT, []).append(kept)
        self._item.user_properties.extend(kept.properties())
        return run

    def sweep(
        self,
        *operations: str,
        baseline: str | Path | None = None,
        min_survived: float | None = None,
        exhaustive: bool | None = None,
    ) -> SweepResult:
        """Fail each statement of these operations once, and return the result.

        Without operations: those of the mark ``sweep``, else all. The result is true when it
        passed. ``baseline`` is a file in pytest's root directory.
        """
        config = self._item.config
        given = {"baseline": baseline, "min_survived": min_survived, "exhaustive": exhaustive}
        if words(config, "only"):
            pytest.skip("--squall-only chooses outages; a sweep has fault points: --squall-cell")
        with one_message():
            session = self._session
            wanted = wanted_sweep(self._item, operations, given, words(config, "cell"))
            must_be_possible(session.lab.options, words(config, "require"))
            wanted = with_command(wanted, self._item, self._given())
            result = session.sweeps.sweep(wanted)
            kept = self._item.stash.setdefault(KEPT_SWEEPS, [])
            page = session.write_sweep(result, directory_of(self._item, len(kept) + 1))
        kept.append(SweepOfTest(result=result, page=page))
        self._item.user_properties.extend(kept[-1].properties())
        return result

    @property
    def lab(self) -> LabAccess:
        """The running lab: ``url``, ``database_url``, ``client``. Started on first use."""
        with one_message():
            return LabAccess(self._session.lab.lab)

    @contextmanager
    def inject(
        self,
        fault: Fault | str,
        *,
        may_miss: bool = False,
        **attributes: Any,  # noqa: ANN401 - those of the fault
    ) -> Iterator[InjectedFault]:
        """Hold a fault in force for the length of the block.

        ``inject("network.latency", latency_ms=300)``; a fault object works as well. A fault without
        effect fails the test, unless ``may_miss`` is set.
        """
        with (
            one_message(),
            injected(self._session.lab, fault, attributes, may_miss=may_miss) as record,
        ):
            yield record

    @property
    def _session(self) -> PytestSession:
        """The session's lab of this worker. It starts with its first run."""
        config = self._item.config
        if SESSION not in config.stash:
            values = {**self._values, "reproduce": f"pytest --squall-only {{name}} {self._given()}"}
            worker = getattr(config, "workerinput", {}).get("workerid", "")
            seed = config.stash[SEED]
            config.stash[SESSION] = PytestSession(values, config.rootpath, seed, worker)
        session: PytestSession = config.stash[SESSION]
        return session

    def _given(self, seed: int | None = None) -> str:
        """The options of this session that decide what a run does."""
        chosen = self._item.config.stash[SEED] if seed is None else seed
        told = {"seed": str(chosen), "engine": self._values["engine"]}
        for name in DECIDING:
            if self._values[name] != OPTIONS[name][0]:
                told[name] = self._values[name]
        return " ".join(f"--squall-{name} {quote(value)}" for name, value in told.items())
