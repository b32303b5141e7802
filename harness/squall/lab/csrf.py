"""A CSRF token that an app hands out by an operation of its own, for every request that writes.

GET /auth/csrf-token ──▶ Set-Cookie: csrf=<signed>   {"csrf_token": "x"}
POST /login   Cookie: csrf=<signed>   X-CSRF-Token: x
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from squall.core.secrets import remember
from squall.lab.app_client import CSRF, CSRF_HEADERS, AppClient, NoAnswer
from squall.workload.urls import OtherOrigin

TOKEN = re.compile("token", re.IGNORECASE)
MAX_PATHS = 2


async def add_csrf_token(client: AppClient, document: Mapping[str, Any]) -> None:
    """Give the client the token and the cookie, if the document has an operation for it."""
    for path in list(_paths(document))[:MAX_PATHS]:
        try:
            answer = await client.send("GET", path)
            fields = json.loads(answer.body)
        except (NoAnswer, OtherOrigin, ValueError, RecursionError):
            continue
        token = next(_tokens(fields), "") if answer.ok else ""
        if token:
            remember(token)
            client.headers.update(dict.fromkeys(CSRF_HEADERS, token))
            client.cookies.update(answer.cookies)
            return


def _paths(document: Mapping[str, Any]) -> Iterator[str]:
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, Mapping) else ():
        if CSRF.search(path) and "{" not in path and isinstance(item, Mapping) and "get" in item:
            yield path


def _tokens(fields: object) -> Iterator[str]:
    """Texts of fields that are named for it, at any depth."""
    for name, value in fields.items() if isinstance(fields, Mapping) else ():
        if isinstance(value, str) and value and (CSRF.search(name) or TOKEN.search(name)):
            yield value
        yield from _tokens(value)
