"""How long a login lasts, from its answer or from the token itself (JWT, RFC 7519)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

JWT_PARTS = 3


def lifetime_seconds(answer: object, headers: Mapping[str, str], date: str) -> float | None:
    """Seconds from the answer on; None if unknown.

    ``date``: the answer's Date header, the clock with which the app created its token.
    """
    given = answer.get("expires_in") if isinstance(answer, Mapping) else None
    known = [float(given)] if isinstance(given, (int, float)) and given > 0 else []
    for text in headers.values():
        left = _left_of_jwt(text.rpartition(" ")[2], date)
        known += [] if left is None else [left]
    return min(known, default=None)


def _left_of_jwt(token: str, date: str) -> float | None:
    parts = token.split(".")
    if len(parts) != JWT_PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        now = parsedate_to_datetime(date).timestamp()
    except (ValueError, RecursionError):
        return None
    ends = claims.get("exp") if isinstance(claims, Mapping) else None
    if not isinstance(ends, (int, float)):
        return None
    return float(ends) - now
