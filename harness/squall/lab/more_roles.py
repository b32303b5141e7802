"""More users than the first one: an operation may ask for a right that only some users have.

registered again, promoted in the lab's database    ─▶ administrator
registered with another choice of the document      ─▶ {"role": "seller"}, {"role": "buyer"}
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from squall.config.profile import AppProfile
from squall.core.errors import LabError
from squall.lab.login_flow import log_in, resolve_headers
from squall.lab.roles import FIRST_USER, NOBODY, Role, Roles, another
from squall.lab.user_accounts import UserAccounts
from squall.lab.user_sql import USERS
from squall.lab.user_steps import renumbered
from squall.workload.login import Login
from squall.workload.openapi.document import ApiDocument, resolve_references
from squall.workload.openapi.likely_text import choices_of

ROLE_FIELD = re.compile(r"^(?:user|account)?_?(?:role|type|kind)s?$", re.IGNORECASE)
MAX_CHOICES = 3
DISTINCT = re.compile(
    r"phone|mobile|tel(?:$|_)|nick|handle|passport|document|(?:tax|national|personal)_?(?:id|code|no)"
    r"|cpf|ssn",
    re.IGNORECASE,
)
"""Fields, perhaps with a default, that an app may demand to differ from user to user."""

PHONE = "+141555526{:02d}"


async def add_more_roles(roles: Roles, profile: AppProfile, document: ApiDocument) -> None:
    """Further registered users with other rights, if the first one could register; and nobody."""
    main = roles.all[0]
    if not profile.login and main.registration is not None and main.steps:
        own = next((one for one in roles.all if one.name == FIRST_USER), None)
        distinct = distinct_fields(document.raw, main.registration)
        if own is None and main.client.run_sql is not None:
            await _add(roles, profile, "admin", {}, distinct, promoted=True)
        for field, value in role_choices(document.raw, main.registration):
            await _add(roles, profile, value, {field: value}, distinct, promoted=False)
    if len(roles.all) == 1 and not profile.login:
        roles.all[0].name = ""
    if main.steps:
        given = resolve_headers(profile)
        nobody = dataclasses.replace(another(main.client), headers=given, keeps_cookies=False)
        roles.all.append(Role(name=NOBODY, client=nobody))


def role_choices(document: Mapping[str, Any], registration: Login) -> Iterator[tuple[str, str]]:
    """The other roles with which the document lets a user register: field and value."""
    body = registration.json
    for name, property_ in _properties(document, registration).items():
        choices = _choices(document, property_) if ROLE_FIELD.match(str(name)) else []
        first = body.get(name, _default(document, property_) or next(iter(choices), ""))
        others = [one for one in choices if one != first]
        for value in others[:MAX_CHOICES]:
            yield str(name), value


def distinct_fields(document: Mapping[str, Any], registration: Login) -> tuple[str, ...]:
    """Text fields of the registration in which two users may not be equal."""
    return tuple(str(name) for name, property_ in _properties(document, registration).items()
                 if DISTINCT.search(str(name)) and _is_text(document, property_))  # fmt: skip


def _properties(document: Mapping[str, Any], registration: Login) -> Mapping[str, Any]:
    """The fields that the document has for the JSON body of the registration."""
    path = next((path for path in document.get("paths") or {}
                 if registration.path.endswith(path)), "")  # fmt: skip
    if not isinstance(registration.json, Mapping) or not path:
        return {}
    post = document["paths"][path].get("post") or {}
    content = (resolve_references(document, post.get("requestBody") or {})).get("content") or {}
    described = content.get("application/json") or {}
    schema = resolve_references(document, described.get("schema") or {})
    properties = schema.get("properties") or {}
    return properties if isinstance(properties, Mapping) else {}


def _is_text(document: Mapping[str, Any], schema: Any) -> bool:  # noqa: ANN401 - JSON
    return any(one.get("type") == "string" for one in _options(document, schema))


def _default(document: Mapping[str, Any], schema: Any) -> Any:  # noqa: ANN401 - JSON
    return resolve_references(document, schema if isinstance(schema, Mapping) else {}).get(
        "default"
    )


def _choices(document: Mapping[str, Any], schema: Any) -> list[str]:  # noqa: ANN401 - JSON
    options = _options(document, schema)
    values = (one.get("enum") or choices_of(one.get("pattern")) for one in options)
    listed = next((one for one in values if isinstance(one, list) and one), [])
    return [one for one in listed if isinstance(one, str)]


def _options(document: Mapping[str, Any], schema: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    found = resolve_references(document, schema if isinstance(schema, Mapping) else {})
    return [found, *(resolve_references(document, one)
                     for key in ("anyOf", "oneOf", "allOf") for one in found.get(key) or []
                     if isinstance(one, Mapping))]  # fmt: skip


async def _add(
    roles: Roles, profile: AppProfile, name: str, fields: Mapping[str, str],
    distinct: Sequence[str], *, promoted: bool,
) -> None:  # fmt: skip
    """Register one more user, with these fields or promoted in the database, and log in."""
    main = roles.all[0]
    if main.registration is None:
        return
    number = max(2, len(roles.all) + 1)
    role = Role(name=name, client=another(main.client), registered=True)
    registration, *steps = (
        renumbered(one, number) for one in (main.registration, *main.steps) if not one.sql
    )
    registration = _with_fields(registration, fields)
    own = {field: PHONE.format(number) if re.search("phone|mobile|tel", field, re.IGNORECASE)
           else f"squall{number}" for field in distinct}  # fmt: skip
    try:
        role.registration = await _registered(role, profile, registration, own)
        changed = await _statements(role, number, promoted=promoted)
        if promoted and not changed:
            return
        role.steps = (*((Login(sql=changed),) if changed else ()), *steps)
        await role.enter(profile)
    except LabError:
        return  # the app does not let such a user in
    roles.all.append(role)
    told = "another registered user, promoted in the lab's database"
    chosen = ", ".join(f"{key} {value}" for key, value in fields.items())
    roles.notes.append(f"administrator: {told}" if promoted else f"a user registered with {chosen}")


def _with_fields(registration: Login, fields: Mapping[str, str]) -> Login:
    if not fields:
        return registration
    return dataclasses.replace(registration, json={**registration.json, **fields})


async def _registered(
    role: Role, profile: AppProfile, registration: Login, own: Mapping[str, str]
) -> Login:
    """The registration that the app accepts; the second try has values that no other user has.

    Raises:
        LabError: it accepts neither.
    """
    try:
        await log_in(role.client, dataclasses.replace(profile, login=(registration,)))
    except LabError:
        if not own:
            raise
        registration = _with_fields(registration, own)
        await log_in(role.client, dataclasses.replace(profile, login=(registration,)))
    return registration


async def _statements(role: Role, number: int, *, promoted: bool) -> tuple[str, ...]:
    """What confirms and promotes the user in the lab's database; empty without one."""
    if role.client.run_sql is None:
        return ()
    accounts = UserAccounts(role.client.run_sql)
    users = [user.replace("squall", f"squall{number}", 1) for user in USERS]
    confirmed = await accounts.unlock(users)
    changed = await accounts.promote(users) if promoted else ()
    return (*confirmed, *changed) if changed or not promoted else ()
