"""What a benchmark needs and a machine may lack: skipped with its reason, or a failure."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from squall.core.errors import LabError


def skip(what: str, reason: str) -> NoReturn:
    """End the program; SQUALL_REQUIRE turns the skip into a failure."""
    required = what in os.environ.get("SQUALL_REQUIRE", "").split(",")
    print(f"skipped: {what} is missing: {reason}")
    sys.exit(1 if required else 0)


def missing_docker() -> str:
    """Why no Docker engine answers; empty when one does."""
    try:
        from squall.lab.providers.docker.docker_client import plain  # noqa: PLC0415 - an extra

        plain().close()
    except (ImportError, LabError) as error:
        return str(error).splitlines()[0]
    return ""
