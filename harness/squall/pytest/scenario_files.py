"""``*.squall.yaml`` files as tests of pytest, one test per file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from squall.core.errors import SquallError
from squall.runner.run import Run

SUFFIX = ".squall.yaml"


class ScenarioFile(pytest.File):
    """A ``*.squall.yaml`` file with its one scenario."""

    run: Callable[[pytest.Item, Path], Run]
    """Runs a file for a test, and keeps the run."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test, named by the file."""
        item = ScenarioItem.from_parent(self, name=self.path.name.removesuffix(SUFFIX))
        item.run = self.run
        yield item


class ScenarioFailed(Exception):
    """The run of a scenario file did not pass. The text says why."""


class ScenarioItem(pytest.Item):
    """The run of one scenario file."""

    run: Callable[[pytest.Item, Path], Run]

    def runtest(self) -> None:
        """Run it; every verdict except ``pass`` fails the test."""
        run = self.run(self, self.path)
        if not run.passed:
            raise ScenarioFailed(f"{run.scenario.name}: {run.verdict}: {run.diagnosis.reason}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override] # noqa: ANN401 - pytest's own type is wider
        """A verdict or an invalid file needs no traceback."""
        if isinstance(excinfo.value, ScenarioFailed | SquallError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the headline of the failure points."""
        return self.path, None, f"scenario {self.name}"
