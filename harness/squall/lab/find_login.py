"""Find a login that works on the running app: register a first user, then get a token.

    POST /users/signup ──▶ POST /login/access-token ──▶ Authorization: Bearer … ──▶ GET /me: 200

Only operations of the OpenAPI document are requested, in a lab whose database is thrown away.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from squall.lab.app_client import AppClient, NoAnswer
from squall.lab.login_operations import SQUALL, header_forms, logins, registrations
from squall.lab.user_accounts import UserAccounts
from squall.workload.http_exchange import Answer
from squall.workload.login import Login, basic_header
from squall.workload.urls import OtherOrigin

TOKENS = ("access_token", "accessToken", "token", "access", "id_token", "jwt", "auth_token")
EXISTS = (400, 409)
"""What a registration answers if the user exists already."""
CLOSED = (401, 403)
BAD_REQUEST = 400
NO_ACCESS = (400, *CLOSED)
Closed = tuple[str, str]
"""Method and path of an operation that needs authentication."""


async def find_login(
    client: AppClient,
    document: Mapping[str, Any],
    closed: Sequence[Closed],
    known: Sequence[Mapping[str, str]],
    *,
    registers: bool = True,
    adds: bool = True,
) -> tuple[Login, ...]:
    """Steps after which one of the protected paths answers; empty if none was found.

    ``known``: users and passwords that the set-up may have created. ``adds``: whether a user is
    added to the lab's database where nobody can register.
    """
    accounts = UserAccounts(client.run_sql) if client.run_sql and registers else None
    for registration in (None, *(registrations(document) if registers else ())):
        made = registration and await _register(client, registration, locked=accounts is not None)
        if registration is not None and made is None:
            continue
        tries = list(logins(document, SQUALL if made else known))
        if found := await _first(client, document, tries, closed):
            return tuple(one for one in (made, found) if one)
        if made is not None and accounts is not None:
            steps = await _unlocked(client, document, tries, closed, accounts)
            if steps:
                return (made, *steps)
    return await _added(client, document, closed, accounts) if accounts and adds else ()


async def _register(client: AppClient, registration: Login, *, locked: bool) -> Login | None:
    """The registration if there is a user after it; None if there is none.

    A registration that cannot send its mail may answer 500 and leave a user (``locked``). One that
    is refused because of a conflict has been sent before.
    """
    answer = await _sent(client, registration)
    if answer is None:
        return None
    if answer.status >= 500 and locked:  # noqa: PLR2004 - HTTP's 5xx
        return dataclasses.replace(registration, accept=(answer.status,))
    return registration if answer.ok or answer.status in EXISTS else None


async def _first(
    client: AppClient, document: Mapping[str, Any], tries: Sequence[Login], closed: Sequence[Closed]
) -> Login | None:
    """The first login that gives access."""
    for login in tries:
        found = await _working(client, document, login, closed)
        if found is not None:
            return found
    return None


async def _unlocked(
    client: AppClient, document: Mapping[str, Any], tries: Sequence[Login],
    closed: Sequence[Closed], accounts: UserAccounts,
) -> tuple[Login, ...]:  # fmt: skip
    """Confirm the user in the database, then promote it, until a login gives access."""
    statements: tuple[str, ...] = ()
    for change in (accounts.unlock, accounts.promote):
        changed = await change()
        statements += changed
        if changed and (found := await _first(client, document, tries, closed)):
            return Login(sql=statements), found
    return ()


async def _added(
    client: AppClient, document: Mapping[str, Any], closed: Sequence[Closed], accounts: UserAccounts
) -> tuple[Login, ...]:
    """Add a user to the database, for an app in which nobody can register."""
    tries = list(logins(document, SQUALL))
    for statements in await accounts.inserts() if tries else ():
        changed = await accounts.add(statements)
        if changed and (found := await _first(client, document, tries, closed)):
            return Login(sql=changed), found
    return ()


async def _working(
    client: AppClient, document: Mapping[str, Any], login: Login, closed: Sequence[Closed]
) -> Login | None:
    """The login and the header that give access to a protected path; None if there is no access."""
    if login.basic:
        return login if await _opens(client, closed, basic_header(login.basic)) else None
    answer = await _answer(client, login)
    if answer is None:
        return None
    place, text = _token(answer) or ("", "")
    for name, before in header_forms(document) if text else ():
        if await _opens(client, closed, {name: f"{before}{text}"}):
            return dataclasses.replace(login, header={name: f"{before}{{{place}}}"})
    if answer.cookies:
        cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
        if await _opens(client, closed, {"Cookie": cookie}):
            return login
    return None


async def _answer(client: AppClient, login: Login) -> Answer | None:
    """The answer; None if the request is refused or gets no answer."""
    answer = await _sent(client, login)
    return answer if answer is not None and answer.ok else None


async def _sent(client: AppClient, login: Login) -> Answer | None:
    """The answer; None if there is none."""
    body, media = (dict(login.form), "form") if login.form else (login.json, "json")
    try:
        answer = await client.send("POST", login.path, body=body, media=media)
    except (NoAnswer, OtherOrigin):
        client.tried[login.path] = "no answer"
        return None
    client.tried[login.path] = str(answer.status)
    return answer


def _token(answer: Answer) -> tuple[str, str] | None:
    """Path and text of the token in the answer."""
    try:
        return _find_token(json.loads(answer.body), "")
    except (ValueError, RecursionError):
        return None


def _find_token(value: Any, place: str) -> tuple[str, str] | None:  # noqa: ANN401 - JSON
    if not isinstance(value, Mapping):
        return None
    for key in TOKENS:
        if isinstance(value.get(key), str) and value[key]:
            return f"{place}{key}", value[key]
    for key, inner in value.items():
        found = _find_token(inner, f"{place}{key}.")
        if found:
            return found
    return None


async def _opens(client: AppClient, closed: Sequence[Closed], headers: Mapping[str, str]) -> bool:
    """Whether these headers give access to one of the operations.

    A 400 or 5xx is not access: an app may answer so to credentials that it cannot read. A 400 is,
    if spoilt credentials are answered in another way: then it is about what was asked for.
    """
    spoilt = {name: f"{text}x" for name, text in headers.items()}
    for method, path in closed:
        status = await _status(client, method, path, headers)
        if status is not None and status < 500 and status not in NO_ACCESS:  # noqa: PLR2004 - 5xx
            return True
        if status == BAD_REQUEST and await _status(client, method, path, spoilt) != BAD_REQUEST:
            return True
    return False


async def _status(
    client: AppClient, method: str, path: str, headers: Mapping[str, str]
) -> int | None:
    try:
        return (await client.send(method, path, headers=headers)).status
    except (NoAnswer, OtherOrigin):
        return None


def no_login_note(
    document: Mapping[str, Any], closed: Closed, tried: Mapping[str, str]
) -> str:  # fmt: skip
    """A note of what was tried in vain. Answers are not shown: they may repeat a password."""
    told = ", ".join(f"POST {path} {status}" for path, status in [*tried.items()][:MAX_TRIED])
    offered = dict.fromkeys(f"POST {one.path}" for one in logins(document, SQUALL) if one.path)
    how = "the document has neither a registration nor a login"
    if told:
        how = f"tried: {told}"
    elif offered:
        how = f"no user is known for {', '.join(offered)}, and nobody can register"
    return f"login: none was found that opens {' '.join(closed)}; {how}"


async def closed_operations(client: AppClient, document: Mapping[str, Any]) -> list[Closed]:
    """Reads that need authentication, those without parameters first; else writes with a body.

    A write is sent without its body: the app refuses it in any case, for its rights or its body.
    """
    paths = document.get("paths")
    items = [(path, item) for path, item in (paths.items() if isinstance(paths, Mapping) else ())
             if isinstance(item, Mapping)]  # fmt: skip
    reads = [("GET", path) for path, item in items if "get" in item]
    writes = [(method.upper(), path) for path, item in items for method in ("post", "put", "patch")
              if isinstance(item.get(method), Mapping) and _needs_body(item[method])]  # fmt: skip
    for kind in (reads, writes):
        found: list[Closed] = []
        for method, path in sorted(kind, key=lambda one: "{" in one[1])[:MAX_PATHS]:
            if "{" in path and found:
                break
            place = re.sub(r"\{[^{}]*\}", "1", path)
            if await _status(client, method, place, {}) in CLOSED:
                found.append((method, place))
        if found:
            return found
    return []


def _needs_body(operation: Mapping[str, Any]) -> bool:
    body = operation.get("requestBody")
    return isinstance(body, Mapping) and body.get("required") is True


MAX_PATHS, MAX_TRIED = 60, 6
