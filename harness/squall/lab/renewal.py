"""A new login of one client, and its new credentials in the operations that it sends."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping

from squall.config.profile import AppProfile
from squall.lab.app_client import ASK_SECONDS, AppClient
from squall.workload.http_exchange import client_session
from squall.workload.operations import Operation


async def enter_again(
    client: AppClient,
    enter: Callable[[AppProfile], Awaitable[None]],
    profile: AppProfile,
    sends: Callable[[Operation], bool],
) -> AppProfile:
    """The profile with new credentials in the operations that the client ``sends``.

    Raises:
        LabError: the login is refused.
    """
    old = client.credentials()
    async with client_session(ASK_SECONDS, fresh=True) as session:
        client.session = session
        await enter(profile)
    new = client.credentials()
    operations = tuple(
        _exchanged(one, old, new) if sends(one) else one for one in profile.operations
    )
    return dataclasses.replace(profile, operations=operations)


def _exchanged(operation: Operation, old: Mapping[str, str], new: Mapping[str, str]) -> Operation:
    kept = {name: text for name, text in operation.headers.items() if old.get(name) != text}
    return dataclasses.replace(operation, headers={**new, **kept})
