"""Find out whether an app uses Redis, and which variables hold its address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from squall.config.dependencies import Dependency
from squall.config.init.find_database import Known

CLIENTS = {"redis", "aioredis", "arq", "coredis", "aiocache", "fastapi_cache2", "fastapi_limiter",
           "valkey", "walrus", "dramatiq", "rq", "slowapi", "redis_om", "taskiq_redis",
           "celery"}  # fmt: skip
"""Packages that are, or may be, Redis clients."""

USES = re.compile(
    r"^\s*(?:import|from)\s+(?:redis|aioredis|arq|coredis|valkey|aredis|rq|taskiq_redis)\b"
    r"|RedisBackend|RedisCache|FastAPILimiter|RedisStorage|redis://",
    re.MULTILINE,
)
ADDRESS = re.compile(r"^(?P<scheme>rediss?|valkeys?)://[^/?#]*(?P<path>/\d+)?", re.IGNORECASE)
NAMED = re.compile(r"REDIS|VALKEY", re.IGNORECASE)
ALSO_NAMED = re.compile(r"^(?:CACHE|BROKER|QUEUE)", re.IGNORECASE)
"""Names that may mean Redis, in a source that imports a client of it and names it nowhere."""
NOT_OURS = re.compile(r"SENTINEL|CLUSTER|TEST|TTL|EXPIR|POOL|TIMEOUT|SSL|MAX|PREFIX", re.IGNORECASE)
FORMS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"(?:URL|URI|DSN|CONNECTION_?STRING)$", re.IGNORECASE), "redis://{host}:{port}/0"),
    (re.compile(r"(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS|IP|ENDPOINT)$", re.IGNORECASE), "{host}"),
    (re.compile(r"PORT$", re.IGNORECASE), "{port}"),
    (re.compile(r"(?:PASSWORD|PASS|PWD|USERNAME|USER)$", re.IGNORECASE), ""),
)
HOST_AND_PORT = re.compile(r"^[\w.-]+:\d+$")


def find_redis(known: Iterable[Known], source: str, packages: Iterable[str]) -> Dependency | None:
    """The dependency with its variables; None without Redis or without a variable for its
    address.
    """
    known = list(known)
    uses = USES.search(source) is not None
    variables = _variables(known, NAMED)
    if uses and not any(variables.values()):
        variables = _variables(known, ALSO_NAMED)
    composed = {one.name for one in known if one.composed}
    if any("{host}" in form for name, form in variables.items() if name not in composed):
        variables = {name: form for name, form in variables.items() if name not in composed}
    told = any(form for form in variables.values())
    if not told or not (CLIENTS & set(packages) or uses):
        return None
    return Dependency(name="redis", kind="redis", environment=_ordered(variables))


def _variables(known: Iterable[Known], named: re.Pattern[str]) -> dict[str, str]:
    return {one.name: form for one in known if (form := _form(one, named)) is not None}


def _form(one: Known, named: re.Pattern[str]) -> str | None:
    """The template for one variable; None if the variable is not about Redis."""
    address = ADDRESS.match(one.value)
    if NOT_OURS.search(one.name):
        return None
    if address:
        return f"{address['scheme'].replace('rediss', 'redis')}://{{host}}:{{port}}" + (
            address["path"] or ""
        )
    if not named.search(one.name) or "://" in one.value:
        return None
    form = next((text for pattern, text in FORMS if pattern.search(one.name)), None)
    return "{host}:{port}" if form == "{host}" and HOST_AND_PORT.match(one.value) else form


def _ordered(variables: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(variables.items()))
