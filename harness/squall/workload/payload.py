"""How a body is sent: as JSON, as a form, or in parts with files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp


def payload(body: Any, media: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """The arguments of a request of aiohttp."""
    if media == "json" or body is None:
        return {"json": body}
    if not isinstance(body, Mapping):
        return {"data": body if isinstance(body, (str, bytes)) else str(body)}
    fields = {str(name): _text(value) for name, value in body.items()}
    if media == "form":
        return {"data": fields}
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        if value.startswith(FILE):
            form.add_field(name, value.removeprefix(FILE).encode(), filename=f"{name}.txt")
        else:
            form.add_field(name, value)
    return {"data": form}


FILE = "squall-file:"
"""Prefix of a value in a multipart body that is sent as a file."""


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
