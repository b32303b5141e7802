"""What the pairs with Tortoise share."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.pairs.ninth_parts import LIMIT, URL


def config_of(models: str) -> dict[str, Any]:
    """Of Tortoise, for the lab's database and the models of this module."""
    parts = urlsplit(URL)
    credentials = {
        "host": parts.hostname, "port": parts.port or 5432, "user": parts.username,
        "password": parts.password, "database": parts.path.lstrip("/"), "minsize": 5,
        "maxsize": 10, "timeout": LIMIT, "command_timeout": LIMIT,
    }  # fmt: skip
    backend = {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
    return {
        "connections": {"default": backend},
        "apps": {"models": {"models": [models], "default_connection": "default"}},
    }
