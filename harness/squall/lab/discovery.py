"""Discover the operations of an app: try its OpenAPI document before the first run.

    document ─▶ login ─▶ lists ─▶ items ─▶ writes ─▶ load
                        (each asked alone; answers give ids to those after them)

An operation is used if the healthy app answers it with success three times in a row. The others are
left out with their reason: no baseline is better than a noisy one.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from squall.config.profile import AppProfile
from squall.core.errors import LabError
from squall.core.ids import lab_id
from squall.history.coverage import Coverage, OperationProfile
from squall.lab.api_document import find_document
from squall.lab.app_client import AppClient, app_client
from squall.lab.csrf import add_csrf_token
from squall.lab.login_flow import resolve_headers
from squall.lab.made_rows import RowSource
from squall.lab.more_roles import add_more_roles
from squall.lab.operation_search import KeySource, OperationSearch, no_keys, no_log
from squall.lab.read_again import leave_out_broken_reads
from squall.lab.roles import Roles, add_found_roles, declared_roles
from squall.lab.spares import find_spares
from squall.lab.trial import TrafficSource, Trial
from squall.lab.undeclared import undeclared
from squall.lab.user_tables import RunSql
from squall.lab.weights import weigh
from squall.workload.openapi.document import ApiDocument
from squall.workload.operations import Operation

CLOSED = ("401", "403")
NO_TABLE = re.compile(r'UndefinedTable|relation "[^"]*" does not exist')
DECLARE_SETUP = """its tables are missing: name what creates them, in [tool.squall]:
    setup = ["alembic upgrade head"]               # or a script, or a file of SQL"""
DECLARE_LOGIN = """declare a user who may log in, by the names of variables that hold its password:
    [[tool.squall.login]]
    path = "/login"                                # the operation that gives the token
    form = {username = "$NAME", password = "$PASSWORD"}   # or json = {…}
    header = {Authorization = "Bearer {access_token}"}"""

DISCOVERY_SECONDS = 60.0
"""Time limit for all of it. Operations not tried by then are left out."""

OPERATION_SECONDS = 0.5
"""The same for each operation, of a large app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The app with its operations."""

    profile: AppProfile
    coverage: Coverage = field(default_factory=Coverage)
    roles: Roles = field(default_factory=Roles)
    """The authenticated clients. Their logins can be renewed."""

    spares: Mapping[str, Operation] = field(default_factory=dict)
    """What may take an operation's place, by its name: see :mod:`squall.lab.spares`."""

    @property
    def left_out(self) -> Mapping[str, str]:
        """Operations that are not requested, with the reasons."""
        return self.coverage.left_out


async def discover(
    profile: AppProfile,
    base_url: str,
    seed: int,
    traffic: TrafficSource,
    keys: KeySource = no_keys,
    log_problem: Callable[[], str] = no_log,
    run_sql: RunSql | None = None,
    made: RowSource | None = None,
) -> Discovery:
    """The profile with operations: the declared ones, or those that the OpenAPI document offers.

    ``run_sql`` changes users in the lab's database; ``made`` finds in it what a request made.

    Raises:
        LabError: no operation can be used; the message lists each that was tried, and why not.
    """
    client = app_client(base_url, resolve_headers(profile))
    client.addresses.allowed = profile.contract.process_known
    client.run_sql = run_sql
    async with client.session:
        if profile.operations:
            return await _measure_declared(profile, client, seed, traffic)
        # The document is requested first and alone, so that no other request can break that.
        document = await find_document(client, profile)
        await add_csrf_token(client, document.raw)
        ends = time.monotonic() + _time_limit(document)
        roles = await declared_roles(client, profile)
        await add_found_roles(roles, profile, document)
        await add_more_roles(roles, profile, document)
        trial = create_trial(profile, roles.all[0].client, seed, traffic)
        found = OperationSearch(profile, document, trial, roles, keys, log_problem, ends, made)
        await found.try_all()
        await leave_out_broken_reads(found)
        return _discovered(profile, found, roles, _odd(document), await find_spares(found))


def create_trial(
    profile: AppProfile, client: AppClient, seed: int, traffic: TrafficSource
) -> Trial:
    """Create the trial that sends operations as the given client."""
    return Trial(
        client=client,
        traffic=traffic,
        seed=seed,
        run_id=f"try-{lab_id()}",
        deadline_seconds=profile.contract.deadline_seconds,
    )


async def _measure_declared(
    profile: AppProfile, client: AppClient, seed: int, traffic: TrafficSource
) -> Discovery:
    """Declared operations are used unchanged. The warm-up only measures them."""
    roles = await declared_roles(client, profile)
    trial, profiles = create_trial(profile, client, seed, traffic), list[OperationProfile]()
    streams, replying = set[str](), set[str]()
    await trial.measure_idle()
    for operation in (one for one in profile.operations if not one.after):
        trial.client = roles.client_of(operation)
        result = await trial.ask(operation)
        streams |= {operation.name} if result.streams else set()
        replying |= {operation.name} if result.replies else set()
        profiles.append(result.profile_of(operation, f"{operation.method} {operation.path}"))
    operations = tuple(
        dataclasses.replace(
            roles.with_credentials(one), streams=one.name in streams, replies=one.name in replying
        )
        for one in profile.operations
    )
    profiles += await undeclared(client, profile)
    coverage = Coverage(operations=tuple(profiles), notes=tuple(client.addresses.notes()))
    return Discovery(
        profile=with_calm(dataclasses.replace(profile, operations=operations), coverage),
        coverage=coverage,
        roles=roles,
    )


def _time_limit(document: ApiDocument) -> float:
    """Seconds for all operations that the document offers."""
    paths = document.raw.get("paths")
    items = paths.values() if isinstance(paths, Mapping) else ()
    offered = sum(len(item) for item in items if isinstance(item, Mapping))
    return max(DISCOVERY_SECONDS, OPERATION_SECONDS * offered)


def _odd(document: ApiDocument) -> tuple[str, ...]:
    return tuple(f"{title}: {reason}" for title, reason in document.odd.items())


def _discovered(
    profile: AppProfile,
    found: OperationSearch,
    roles: Roles,
    odd: tuple[str, ...],
    spares: Mapping[str, Operation],
) -> Discovery:
    profiles = sorted(found.profiles.values(), key=lambda one: one.operation)
    notes = (*roles.notes, *roles.all[0].client.addresses.notes())
    coverage = Coverage(operations=tuple(profiles), odd=odd, notes=notes)
    if not found.good:
        raise LabError(say_nothing_works(profile, coverage))
    weighted = weigh([one for _, one in found.good], coverage)
    operations = tuple(roles.with_credentials(one) for one in weighted)
    return Discovery(
        profile=with_calm(dataclasses.replace(profile, operations=operations), coverage),
        coverage=coverage,
        roles=roles,
        spares={name: roles.with_credentials(one) for name, one in spares.items()},
    )


def say_nothing_works(profile: AppProfile, coverage: Coverage) -> str:
    """What was offered and tried in vain, and the next step: most often a login is missing."""
    offered = [f"    {name}: {reason}" for name, reason in coverage.left_out.items()]
    reasons = list(coverage.left_out.values())
    step = "declare operations in [tool.squall] of pyproject.toml; see: squall init"
    if any(NO_TABLE.search(reason) for reason in reasons):
        step = DECLARE_SETUP
    elif not profile.login and any(reason.startswith(CLOSED) for reason in reasons):
        step = DECLARE_LOGIN
    return "\n".join([
        f"nothing of {profile.name} can be requested; its OpenAPI document offers:",
        *(offered or ["    nothing"]), *(f"  {note}" for note in coverage.notes), f"  {step}",
    ])  # fmt: skip


def with_calm(profile: AppProfile, coverage: Coverage) -> AppProfile:
    """The profile with the time that each operation takes without load, and with its statements."""
    calm = {
        one.name: one.median_seconds
        for one in coverage.operations
        if one.asked and one.median_seconds is not None
    }
    sent = {
        one.name: one.statements
        for one in coverage.operations
        if one.asked and one.statements is not None
    }
    contract = dataclasses.replace(
        profile.contract,
        calm_seconds=calm,
        calm_statements=sent,
        without_statements=frozenset(name for name, number in sent.items() if not number),
    )
    return dataclasses.replace(profile, contract=contract)
