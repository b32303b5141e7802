"""The published schemas of the JSON files (JSON Schema 2020-12)."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def published_schema(name: str) -> dict[str, Any]:
    """The schema of ``verdict``, ``sweep`` or ``races``."""
    text = files("squall.reports").joinpath(f"schema/{name}.schema.json").read_text("utf-8")
    published: dict[str, Any] = json.loads(text)
    return published
