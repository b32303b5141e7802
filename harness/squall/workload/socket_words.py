"""What a message of a websocket says: an error, or something that another client has sent."""

from __future__ import annotations

import json
import re

ERRORS = ("error", "errors")


def tells_error(text: str) -> bool:
    """``{"error": "try again"}``, ``{"type": "error", …}``."""
    try:
        said = json.loads(text)
    except ValueError:
        return False
    if not isinstance(said, dict):
        return False
    return said.get("type") == "error" or any(said.get(name) for name in ERRORS)


def is_of_another(text: str, key: str | None) -> bool:
    """Whether it has keys of this run, and not this one: a chat tells a message to everybody."""
    if key is None:
        return False
    keys = set(re.findall(re.escape(key.rpartition("-")[0]) + r"-\d+", text))
    return bool(keys) and key not in keys
