"""Operations that take the client's access away: a logout, or a change of its own user.

after such a one, the canary is asked ─▶ 401, 403: lost
                                      ─▶ 404, 409, 500, …: lost, if it is answered after a new login
"""

from __future__ import annotations

import re

from squall.config.profile import AppProfile
from squall.core.errors import LabError
from squall.lab.roles import Role
from squall.lab.trial import RATE_LIMITED, RIGHTS, Trial
from squall.workload.openapi.derive import Candidate

LOGOUT = re.compile(r"log-?_?out|sign-?_?out|revoke", re.IGNORECASE)
OWN_USER = re.compile(
    r"(/me|/user|/profile|/account|password[^/]*"
    r"|(?:update|edit|change|modify|deactivate)[_-]?(?:me|user(?:name)?|profile|account|e?mail))/?$"
    r"|/me/",
    re.IGNORECASE,
)
"""Writes on these paths change the user of the token, so they come last."""


def disturbance(candidate: Candidate) -> int:
    """Order: operations that may end the session last, before them those that change its user."""
    if LOGOUT.search(candidate.title):
        return 2
    writes = candidate.described.method != "get"
    return int(writes and bool(OWN_USER.search(candidate.described.path)))


async def lost_rights(trial: Trial, main: Role, profile: AppProfile) -> bool:
    """Whether the client has lost access that it had before. The app may say so by a status of its
    own, or fail, when a change of its name has made the user of the token an unknown one.
    """
    status = await trial.canary_status()
    if status is None or status in RIGHTS:
        return status is not None
    if not _fails(status) or not _fails(await trial.canary_status()):
        return False
    try:
        await main.enter(profile)
    except LabError:
        return False
    if _fails(await trial.canary_status()):
        trial.canary = None  # its own item is gone, and not the user
        return False
    return True


def _fails(status: int | None) -> bool:
    return status is None or (status >= 400 and status != RATE_LIMITED)  # noqa: PLR2004 - HTTP's errors
