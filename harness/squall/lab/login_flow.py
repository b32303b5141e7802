"""Credentials for the load: from the declared login, or from the document's password flow.

An app's answer to a login may repeat what was sent, so answers are never printed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from squall.config.profile import AppProfile
from squall.core.errors import LabError
from squall.core.secrets import remember, remember_headers
from squall.lab.app_client import AppClient, NoAnswer, redirects
from squall.lab.token_lifetime import lifetime_seconds
from squall.workload.http_exchange import Answer
from squall.workload.login import (
    Login,
    basic_header,
    headers_of,
    substitute_variables,
    with_previous,
)
from squall.workload.urls import OtherOrigin


def known_variables(profile: AppProfile) -> dict[str, str]:
    """The values that ``$NAME`` may refer to."""
    return {**os.environ, **profile.environment}


def remember_secrets(profile: AppProfile) -> None:
    """Register all values of the profile that may be secrets, so that they are not written."""
    # A name of the app is often that of its folder: hidden, it would spoil each path. So would a
    # value that names a file or a folder of the project.
    home = profile.cwd or Path.cwd()
    folders = {*Path.cwd().parts, *home.parts}
    values = [
        text
        for text in profile.environment.values()
        if text not in folders and not _is_there(home, text)
    ]
    remember(values, words_too=False)
    remember_headers(profile.headers)
    for operation in profile.operations:
        remember_headers(operation.headers)
    for login in profile.login:
        remember(login.form, login.json, login.basic)


def _is_there(home: Path, name: str) -> bool:
    try:
        return (home / name).exists()
    except (OSError, ValueError):  # too long for a name, or with a zero byte
        return False


def resolve_headers(profile: AppProfile) -> dict[str, str]:
    """The headers of the profile with their variables filled in.

    Raises:
        LabError: a variable is not set.
    """
    try:
        headers = dict(substitute_variables(dict(profile.headers), known_variables(profile)))
    except KeyError as error:
        raise LabError(f"headers: the variable {error} is not set") from None
    remember_headers(headers)
    return headers


async def log_in(client: AppClient, profile: AppProfile) -> float | None:
    """Send the declared requests. Afterwards the client has their credentials.

    Returns the seconds until they expire, if known.

    Raises:
        LabError: a request is refused, or its answer lacks the field; no secret is printed.
    """
    answers: dict[str, Any] = {}
    lasting: float | None = None
    client.keeps_cookies = bool(profile.login)
    for login in profile.login:
        if login.sql:
            await _run_statements(client, login)
            continue
        title = f"login {login.method} {login.path}".strip()
        known = _known_parts(login, profile, title)
        if known["basic"]:
            client.headers.update(basic_header(known["basic"]))
            continue
        answer = await _step(client, login, known, answers, title)
        lasting = _take(client, login, answer, answers, title) or lasting
    client.keeps_cookies = False
    remember_headers(client.credentials())
    remember(client.cookies)
    return lasting


async def _run_statements(client: AppClient, login: Login) -> None:
    if client.run_sql is None:
        raise LabError("login sql: only the database of a lab is changed, and this is yours")
    for statement in login.sql:
        await client.run_sql(statement)


def _known_parts(login: Login, profile: AppProfile, title: str) -> dict[str, Any]:
    try:
        known: dict[str, Any] = substitute_variables(_parts(login), known_variables(profile))
    except KeyError as error:
        raise LabError(f"{title}: the variable {error} is not set") from None
    remember(known)
    return known


def _take(
    client: AppClient, login: Login, answer: Answer, answers: dict[str, Any], title: str
) -> float | None:
    """Give the client the credentials in this answer. Returns their lifetime."""
    fields = _fields(answer)
    if answer.ok:  # an error's title is not a secret, and "success" neither
        remember(fields, words_too=False)
    answers.update(fields if isinstance(fields, Mapping) else {})
    given = _headers(login, fields, title)
    client.headers.update(given)
    return lifetime_seconds(fields, given, answer.headers.get("date", ""))


def _headers(login: Login, fields: object, title: str) -> dict[str, str]:
    try:
        return headers_of(login, fields)
    except KeyError as error:
        raise LabError(f"{title}: its answer has no field {error}") from None


def _parts(login: Login) -> dict[str, Any]:
    return {"form": dict(login.form), "json": login.json, "basic": dict(login.basic)}


async def _step(
    client: AppClient,
    login: Login,
    known: Mapping[str, Any],
    answers: Mapping[str, Any],
    title: str,
) -> Answer:
    try:
        path = with_previous(login.path, answers)
        form = with_previous(known["form"], answers)
        body = form or with_previous(known["json"], answers)
        media = "form" if form else "json"
        answer = await client.send(login.method, path, body=body, media=media)
    except KeyError as error:
        raise LabError(f"{title}: no answer before it has the field {error}") from None
    except (NoAnswer, OtherOrigin) as error:
        raise LabError(f"{title}: {error}") from error
    # A browser login answers with a redirect to the start page and a cookie, which is sufficient.
    browser = redirects(answer) and answer.cookies
    if answer.ok or browser or answer.status in login.accept:
        return answer
    place = answer.headers.get("location")
    more = " with a redirect, which is not followed: name its target" if place else ""
    raise LabError(f"{title}: answered {answer.status}{more}")


def _fields(answer: Answer) -> object:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
