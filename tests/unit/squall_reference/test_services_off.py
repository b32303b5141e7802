"""Without an address the service has no part of what it might use."""

from __future__ import annotations

import subprocess
import sys

import pytest
from squall_reference.main import create_app
from squall_reference.settings import Settings

DATABASE = "postgresql://app@127.0.0.1:1/app"
SHIPPING = {"/items/{number}/offer", "/parcels", "/parcels/{number}"}


def paths(**more: str) -> set[str]:
    settings = Settings.model_validate({"DATABASE_URL": DATABASE, **more})
    return set(create_app(settings).openapi()["paths"])


def test_the_carriers_routes_come_with_its_address() -> None:
    assert not paths() & SHIPPING
    assert paths(CARRIER_URL="http://127.0.0.1:2") - paths() == SHIPPING
    assert paths(REDIS_URL="redis://127.0.0.1:3/0") == paths()


@pytest.mark.parametrize("library", ["redis", "httpx2"])
def test_its_libraries_are_not_needed(library: str) -> None:
    source = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from squall_reference.main import create_app; create_app()"
    )
    done = subprocess.run(
        [sys.executable, "-c", source],
        env={"DATABASE_URL": DATABASE}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
