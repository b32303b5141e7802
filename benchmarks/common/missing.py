"""What a benchmark needs and a machine may lack: skipped with its reason, or a failure."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from squall.core.errors import LabError

SKIPPED = "skipped: "


def skip(what: str, reason: str) -> NoReturn:
    """End the program; SQUALL_REQUIRE turns the skip into a failure."""
    sys.exit(1 if leave_out(what, reason) else 0)


def leave_out(what: str, reason: str) -> bool:
    """Say that a part is missing. Whether SQUALL_REQUIRE makes that a failure."""
    print(f"{SKIPPED}{what} is missing: {reason}", flush=True)
    return what in os.environ.get("SQUALL_REQUIRE", "").split(",")


def missing_docker() -> str:
    """Why no Docker engine answers; empty when one does."""
    try:
        from squall.lab.providers.docker.docker_client import plain  # noqa: PLC0415 - an extra

        plain().close()
    except (ImportError, LabError) as error:
        return str(error).splitlines()[0]
    return ""
