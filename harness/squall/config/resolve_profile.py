"""Choose the app: the configured one, another target for it, or the reference app by its name.

The command line and the pytest plugin both use this module, so that ``--app`` has one meaning.
"""

from __future__ import annotations

import dataclasses
from importlib.util import find_spec
from pathlib import Path

from squall.config.interpreter import find_interpreter
from squall.config.profile import DEFAULT_CONTRACT, REFERENCE, AppProfile
from squall.config.pyproject import FILE, load_profile
from squall.config.reference_services import WITH_SERVICES
from squall.core.errors import UsageError

NEEDED_BY_REFERENCE = ("fastapi", "sqlalchemy", "pydantic_settings", "tenacity", "aiocache")
NEEDED_BY_SERVICES = ("redis", "httpx2")

NOT_CONFIGURED = (
    f"nothing is configured here: {FILE} of this directory has no [tool.squall] with an app\n"
    "  your app:          run `squall init`, then `squall check`\n"
    "  the reference app: run `squall demo`"
)


def resolve_profile(
    directory: Path, app: str | None = None, *, factory: bool = False, named: str = "--app"
) -> AppProfile:
    """The profile that ``directory`` configures, with ``app`` as its target if given.

    ``reference`` is the reference app, ``reference-with-services`` with all that it may use.
    ``named`` is what the message calls ``app``.

    Raises:
        UsageError: nothing is configured and no app is given; the table has problems; or ``app`` is
            neither an import string nor a command with ``{port}``.
    """
    if app in BUILT_IN:
        return BUILT_IN[app]()
    configured = load_profile(directory)
    if app is None:
        if configured is None:
            raise UsageError(NOT_CONFIGURED)
        return configured
    target = validate_target(named, app)
    base = configured or AppProfile(
        name=target, app=target, cwd=directory.resolve(), python=find_interpreter(directory),
        contract=DEFAULT_CONTRACT,
    )  # fmt: skip
    # Another app may need its database at start-up; that is not a defect.
    return dataclasses.replace(
        base.with_target(target, factory=factory), starts_without_database=False
    )


def reference_profile() -> AppProfile:
    """The profile of the reference app.

    Raises:
        UsageError: a package that it needs is not installed.
    """
    missing = [name for name in NEEDED_BY_REFERENCE if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the reference app needs {', '.join(missing)}: pip install 'squall[reference]'"
        )
    return REFERENCE


def reference_with_services() -> AppProfile:
    """The profile of the reference app with Redis, a carrier and a worker.

    Raises:
        UsageError: a package that it needs is not installed.
    """
    reference_profile()
    missing = [name for name in NEEDED_BY_SERVICES if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the reference app's services need {', '.join(missing)}:"
            " pip install 'squall[reference-services,redis]'"
        )
    return WITH_SERVICES


BUILT_IN = {REFERENCE.name: reference_profile, WITH_SERVICES.name: reference_with_services}


def validate_target(named: str, target: str) -> str:
    """The target, unchanged.

    Raises:
        UsageError: it is neither an import string, nor a command with ``{port}``, nor, for the
            argument TARGET, an address.
    """
    address = named == "TARGET"
    if address and target.startswith(("http://", "https://")):
        return target
    if "{port}" not in target and (":" not in target or " " in target or "://" in target):
        raise UsageError(
            f"{named} {target!r}: give an import string like package.module:app, or a command that"
            " contains {port}" + (", or http://… of an app that runs" if address else "")
        )
    return target
