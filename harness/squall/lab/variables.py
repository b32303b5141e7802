"""``$NAME`` in a profile: the value comes from the environment of the command, not from a file.

    [tool.squall.environment]
    API_KEY = "$API_KEY"                 all of the text: the variable must be set
    DSN = "redis://:$REDIS_PASSWORD@c"   a part of it: a name that is not set is kept unchanged

The value is treated as a secret from then on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from squall.config.profile import AppProfile
from squall.core.errors import UsageError
from squall.core.secrets import remember
from squall.workload.login import VARIABLE


def with_variables(profile: AppProfile) -> AppProfile:
    """The profile with the values of the variables that it names.

    Headers and logins are not changed: they are resolved when they are sent.

    Raises:
        UsageError: a variable is not set.
    """
    environment = _filled(dict(profile.environment), os.environ, "environment")
    known = {**os.environ, **environment}
    operations = tuple(
        replace(
            one,
            headers=_filled(dict(one.headers), known, f"operation {one.name}: headers"),
            body=_filled(one.body, known, f"operation {one.name}: body"),
        )
        for one in profile.operations
    )
    parameters = _filled(dict(profile.parameters), known, "parameters")
    return replace(profile, environment=environment, operations=operations, parameters=parameters)


def _filled(value: Any, known: Mapping[str, str], where: str) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        return {key: _filled(item, known, f"{where}: {key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, known, where) for item in value]
    if not isinstance(value, str):
        return value
    whole = VARIABLE.fullmatch(value)
    if whole is not None and whole[1] not in known:
        raise UsageError(f"{where}: the variable {whole[1]} is not set; set it, or write its value")
    return VARIABLE.sub(lambda place: _secret(place[0], place[1], known), value)


def _secret(text: str, name: str, known: Mapping[str, str]) -> str:
    if name not in known:
        return text
    remember(known[name])
    return known[name]
