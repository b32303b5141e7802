"""Authenticated clients: one for each role that the app's operations need.

declared logins ─▶ a role each       none declared ─▶ the login that the document offers
401 for one role ─▶ the next one is tried
"""

from __future__ import annotations

import dataclasses
import math
import time
from dataclasses import dataclass, field

from squall.config.profile import AppProfile
from squall.core.errors import LabError
from squall.lab.app_client import CSRF, AppClient
from squall.lab.find_login import closed_operations, find_login, no_login_note
from squall.lab.login_flow import log_in, resolve_headers
from squall.lab.login_operations import first_users, is_registration, with_names
from squall.lab.renewal import enter_again
from squall.lab.saved_users import names_in, put_back, save_users
from squall.lab.user_steps import body_of, renumbered
from squall.workload.login import Login
from squall.workload.openapi.derive import Candidate
from squall.workload.openapi.document import ApiDocument
from squall.workload.operations import Media, Operation

FIRST_USER = "first-user"
"""The role of a user whom the app's own set-up creates."""

NOBODY = "nobody"
"""The role without credentials, for logins that refuse those who have logged in."""

MAX_USERS = 3
"""Maximum number of times that a user is replaced after the trial itself has changed it."""

OTHERS = 10
"""Numbers of users who replace another one follow those of the other roles' users."""


@dataclass(slots=True)
class Role:
    """One client and the requests of its login."""

    name: str
    client: AppClient
    steps: tuple[Login, ...] = ()
    registration: Login | None = None
    """Creates the user."""
    registered: bool = False
    users: int = 1
    saved: tuple[str, ...] = ()
    """Statements that put back a user whom nobody can register."""
    ends: float = math.inf
    """Monotonic time at which its credentials expire, if known."""

    async def enter(self, profile: AppProfile) -> None:
        """Log in, with a new user if the first one no longer exists.

        Raises:
            LabError: the login is refused.
        """
        if self.registration is not None and not self.registered:
            await self._log_in(profile, (self.registration, *self.steps))
            self.registered = True
            return
        try:
            await self._log_in(profile, self.steps)
        except LabError:
            if self.saved and self.client.run_sql is not None:
                await put_back(self.client.run_sql, self.saved)
                await self._log_in(profile, self.steps)
                return
            if self.registration is None or self.users >= MAX_USERS:
                raise
            self.users += 1
            steps = (self.registration, *self.steps)
            first, *rest = (renumbered(step, OTHERS + self.users) for step in steps)
            await self._log_in(profile, (first, *rest))
            self.registration, self.steps = first, tuple(rest)

    async def save_user(self, profile: AppProfile) -> None:
        """Keep the row of a user whom nobody can register."""
        if self.steps and self.registration is None and self.client.run_sql is not None:
            names = tuple(names_in(body_of(self.steps[-1], profile)))
            self.saved = await save_users(self.client.run_sql, names)

    async def _log_in(self, profile: AppProfile, steps: tuple[Login, ...]) -> None:
        lasting = await log_in(self.client, dataclasses.replace(profile, login=steps))
        self.ends = math.inf if lasting is None else time.monotonic() + lasting


@dataclass(slots=True)
class Roles:
    """All clients, the usual one first, and notes on how they were obtained."""

    all: list[Role] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    times_down: int = 0
    """How often the app had been down when they logged in."""

    def logins(self) -> tuple[Login, ...]:
        """The steps of all roles, as they can be declared."""
        return tuple(
            dataclasses.replace(step, role=role.name)
            for role in self.all
            for step in (*((role.registration,) if role.registration else ()), *role.steps)
        )

    def as_user(self, candidate: Candidate, profile: AppProfile) -> Candidate:
        """An operation that is the login itself gets the user who logged in."""
        if (login := self._login_at(candidate.described.path)) is None:
            return candidate
        media: Media = "form" if login.form else "json"
        return dataclasses.replace(candidate, bodies=(body_of(login, profile),), media=media)

    def login_of(self, path: str, operation: Operation, profile: AppProfile) -> Operation:
        """The same, for an operation whose user has been replaced since."""
        login = self._login_at(path) if operation.method == "POST" else None
        if login is None:
            return operation
        return dataclasses.replace(operation, bodies=(body_of(login, profile),))

    def _login_at(self, path: str) -> Login | None:
        """The last step of the first role that logs in there."""
        logins = [role.steps[-1] for role in self.all if role.steps]
        return next((one for one in logins if (one.form or one.json is not None)
                     and one.path.endswith(path)), None)  # fmt: skip

    async def renew(
        self, profile: AppProfile, seconds: float, times_down: int | None = None
    ) -> AppProfile:
        """Log in again with roles that expire within these seconds; with all that log in if these
        are infinite, or if the app was down since (``times_down`` in all): another process may
        sign with another key, and refuse in its own way. Returns the profile with new credentials.

        Raises:
            LabError: a login is refused, and without it there are no credentials.
        """
        restarted = times_down is not None and times_down != self.times_down
        self.times_down = self.times_down if times_down is None else times_down
        for role in (one for one in self.all if one.steps or one.registration):
            ends = seconds == math.inf or role.ends < time.monotonic() + seconds
            if ends or restarted:
                profile = await self._renewed(profile, role, needed=ends)
        return profile

    async def _renewed(self, profile: AppProfile, role: Role, *, needed: bool) -> AppProfile:
        def sends(operation: Operation) -> bool:
            return self.client_of(operation) is role.client

        try:
            return await enter_again(role.client, role.enter, profile, sends)
        except LabError:
            if needed:
                raise
            return profile  # logins may be limited, and the old one may still be good

    def client_of(self, operation: Operation) -> AppClient:
        """The client that sends the operation."""
        return next((one for one in self.all if one.name == operation.role), self.all[0]).client

    def with_credentials(self, operation: Operation) -> Operation:
        """The operation with the headers of its role. Its own headers take precedence."""
        client = self.client_of(operation)
        given = {**client.addresses.of_load(), **client.credentials()}
        return dataclasses.replace(operation, headers={**given, **operation.headers})


async def declared_roles(client: AppClient, profile: AppProfile) -> Roles:
    """The roles of the declared logins; one without a login if there are none.

    Raises:
        LabError: a login is refused.
    """
    names = list(dict.fromkeys(login.role for login in profile.login)) or [""]
    roles = Roles()
    for name in names:
        own = client if name == names[0] else dataclasses.replace(
            client, headers=resolve_headers(profile), cookies={}
        )  # fmt: skip
        steps = tuple(login for login in profile.login if login.role == name)
        registers = len(steps) > 1 and is_registration(steps[0])
        role = Role(name=name, client=own, steps=steps[registers:])
        role.registration = steps[0] if registers else None
        await role.enter(profile)
        await role.save_user(profile)
        roles.all.append(role)
    return roles


async def add_found_roles(roles: Roles, profile: AppProfile, document: ApiDocument) -> None:
    """If no login is declared: find one in the document, with a user that the app lets register."""
    main = roles.all[0]
    if profile.login or not main.client.is_anonymous or not _may_register(profile):
        return
    closed = await closed_operations(main.client, document.raw)
    if not closed:
        return
    # The known users first: an app may allow few logins a minute. They take no first place.
    users = first_users(profile.environment)
    for name, known in ((FIRST_USER, users), ("", [])):
        if name and not known:
            continue
        client = another(main.client)
        found = await find_login(
            client, document.raw, closed, known, registers=not name,
            adds=not any(role.steps for role in roles.all),
        )  # fmt: skip
        if name:
            found = tuple(with_names(step, users) for step in found)
        if found:
            await _add(roles, profile, Role(name=name, client=client), found)
    roles.all.sort(key=lambda role: role.name == FIRST_USER)
    if not any(role.steps for role in roles.all):
        roles.notes.append(no_login_note(document.raw, closed[0], main.client.tried))


async def _add(roles: Roles, profile: AppProfile, role: Role, found: tuple[Login, ...]) -> None:
    """Add the role of a login that was found, with a note for the user."""
    if is_registration(found[0]):
        role.registration, role.registered, found = found[0], True, found[1:]
    role.steps = found
    await role.enter(profile)
    await role.save_user(profile)
    roles.all = [*[one for one in roles.all if one.steps], role]
    made = role.registration
    by = f"a user registered by POST {made.path}" if made else "its first user"
    by = "a user added to the lab's database" if _is_added(found) else by
    changed = ", confirmed in the lab's database" if made and found[0].sql else ""
    how = "HTTP Basic" if found[-1].basic else f"POST {found[-1].path}"
    roles.notes.append(f"login: {how} with {by}{changed}, found in the OpenAPI document")


def another(client: AppClient) -> AppClient:
    """A client of the same app without credentials. Whoever asks has the token against CSRF."""
    cookies = {name: text for name, text in client.cookies.items() if CSRF.search(name)}
    return dataclasses.replace(client, headers=dict(client.headers), cookies=cookies)


def _is_added(steps: tuple[Login, ...]) -> bool:
    return any(text.startswith("INSERT") for step in steps[:1] for text in step.sql)


def _may_register(profile: AppProfile) -> bool:
    """A lab's database is thrown away; in an app that was already running, a user is a write."""
    return profile.contract.process_known or profile.writes
