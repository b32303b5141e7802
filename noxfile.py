"""The unit tests on every Python that is installed: ``nox``, or ``nox -s tests-3.13``."""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
CONSTRAINTS = "requirements/constraints.txt"


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """Unit and architecture tests; more with ``nox -s tests-3.12 -- tests/cli``."""
    session.install("--constraint", CONSTRAINTS, "--editable", ".[dev]")
    session.run("pytest", "-q", *(session.posargs or ["tests/unit", "tests/architecture"]))


@nox.session(python="3.11")
def docs(session: nox.Session) -> None:
    """The documentation site, strictly."""
    session.install("--constraint", CONSTRAINTS, "--editable", ".[dev,docs]")
    session.run("mkdocs", "build", "--strict")
