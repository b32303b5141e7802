"""The steps of a login for another user, and the body that the last one sends."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from squall.config.profile import AppProfile
from squall.lab.login_flow import known_variables
from squall.workload.login import Login, substitute_variables


def body_of(login: Login, profile: AppProfile) -> Any:  # noqa: ANN401 - JSON
    """What the login sends, with the values of its variables."""
    return substitute_variables(dict(login.form) or login.json, known_variables(profile))


def renumbered(login: Login, number: int) -> Login:
    """The same step for another user."""
    return dataclasses.replace(
        login,
        form=_other_user(dict(login.form), number),
        json=_other_user(login.json, number),
        basic=_other_user(dict(login.basic), number),
    )


def _other_user(value: Any, number: int) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        return {key: _other_user(one, number) for key, one in value.items()}
    if isinstance(value, str) and value.startswith("squall"):
        name, at, rest = value.partition("@")
        return f"{name.rstrip('0123456789')}{number}{at}{rest}"
    return value
