"""What a stranger can be asked: its OpenAPI document, tried out before the first run.

An operation is used when the healthy app answers it with success three times in a row. Everything
else is left out, and told with its reason: no baseline is better than a noisy one.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from harness.core.errors import LabError
from harness.scenario.profile import AppProfile
from harness.workload import operations as planned
from harness.workload.login import headers_of, with_variables
from harness.workload.openapi import derived
from harness.workload.operations import Operation

TRIES = 3
NAMED = re.compile(r"""(?:url:|spec-url=)\s*["']([^"']+)["']""")
ASK_SECONDS = 5.0
NO_HTTP_PROXY = {"http": "", "https": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The app with what it can be asked."""

    profile: AppProfile
    left_out: Mapping[str, str] = field(default_factory=dict)


async def discovered(profile: AppProfile, base_url: str, seed: int) -> Discovery:
    """The profile with operations: those declared, or what the app's OpenAPI document offers.

    Raises:
        LabError: nothing can be asked; with every operation that was tried, and why not.
    """
    if profile.operations:
        return Discovery(profile=profile)
    return await asyncio.to_thread(_discovered, profile, base_url, seed)


def _discovered(profile: AppProfile, base_url: str, seed: int) -> Discovery:
    with requests.Session() as session:
        session.trust_env = False
        profile = _logged_in(session, profile, base_url)
        found = derived(_document(session, profile, base_url), writes=profile.writes, seed=seed)
        left_out = dict(found.left_out)
        good: list[Operation] = []
        for operation in found.operations:
            asked = _with_headers(operation, profile.headers)
            reason = _tried(session, base_url, asked, seed)
            if reason:
                left_out[f"{operation.method} {operation.path}"] = reason
            else:
                good.append(asked)
    if not good:
        told = "\n".join(f"    {name}: {reason}" for name, reason in left_out.items())
        raise LabError(
            f"nothing of {profile.name} can be asked; its OpenAPI document offers:\n"
            f"{told or '    nothing'}\n"
            "  declare operations in [tool.squall] of pyproject.toml; see: squall init"
        )
    return Discovery(
        profile=dataclasses.replace(profile, operations=tuple(good)), left_out=left_out
    )


def _document(session: requests.Session, profile: AppProfile, base_url: str) -> Mapping[str, Any]:
    path = profile.openapi_path
    for place in (path, *_places(session, base_url)):
        try:
            answer = session.get(base_url + place, timeout=ASK_SECONDS)
            document = answer.json() if answer.ok else None
        except (requests.RequestException, ValueError):
            document = None
        if isinstance(document, Mapping) and "paths" in document:
            return document
    raise LabError(
        f"GET {path} gives no OpenAPI document; say where it is with --openapi PATH,"
        " or declare operations in [tool.squall] of pyproject.toml"
    )


def _places(session: requests.Session, base_url: str) -> Iterator[str]:
    """Where FastAPI's own pages of documentation say that the document is."""
    for page in ("/docs", "/redoc", "/"):
        try:
            text = session.get(base_url + page, timeout=ASK_SECONDS).text
        except requests.RequestException:
            continue
        found = NAMED.search(text)
        if found:
            yield found.group(1)


def _logged_in(session: requests.Session, profile: AppProfile, base_url: str) -> AppProfile:
    """The profile with the headers that its login gives.

    Raises:
        LabError: the login is refused, or its answer has no such field; no secret is repeated.
    """
    headers = dict(profile.headers)
    for login in profile.login:
        title = f"login {login.method} {login.path}"
        try:
            known = {**os.environ, **profile.environment}
            form = with_variables(dict(login.form), known) or None
            answer = session.request(
                login.method, base_url + login.path, data=form,
                json=with_variables(login.json, known), headers=headers, timeout=ASK_SECONDS,
            )  # fmt: skip
        except KeyError as error:
            raise LabError(f"{title}: the variable {error} is not set") from None
        except requests.RequestException as error:
            raise LabError(f"{title}: no answer ({type(error).__name__})") from error
        if not answer.ok:
            raise LabError(f"{title}: answered {answer.status_code}: {answer.text[:200]}")
        try:
            headers.update(headers_of(login, answer.json() if login.header else None))
        except (KeyError, ValueError) as error:
            raise LabError(f"{title}: its answer has no field {error}") from None
    return dataclasses.replace(profile, headers=headers)


def _with_headers(operation: Operation, headers: Mapping[str, str]) -> Operation:
    return dataclasses.replace(operation, headers={**operation.headers, **headers})


def _tried(session: requests.Session, base_url: str, operation: Operation, seed: int) -> str:
    """Empty when it is answered well each time, else the first bad answer."""
    sequence = planned.requests([operation], seed, "squall-try")
    for request in itertools.islice(sequence, TRIES):
        try:
            answer = session.request(
                operation.method,
                base_url + request.path,
                json=request.body,
                headers=dict(request.headers),
                timeout=ASK_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return f"no answer while all was well ({type(error).__name__})"
        if answer.status_code in (401, 403):
            return f"answered {answer.status_code}: it wants a right, see --header and login"
        if not answer.ok or answer.is_redirect:
            return f"answered {answer.status_code} while all was well"
    return ""
