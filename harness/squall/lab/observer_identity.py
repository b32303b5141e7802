"""Check that observer and app use the same database. Otherwise the final state is read elsewhere.

app ──▶ proxy "postgres" ──▶ PostgreSQL ◀── observer
         └─ the same start time and the same database seen on both ways
"""

from __future__ import annotations

from squall.core.errors import LabError
from squall.lab.observer import Observer


async def verify_same_database(observer: Observer, app_url: str) -> None:
    """Compare both routes. A route on which no session is accepted now proves nothing.

    Raises:
        LabError: the two routes lead to different databases.
    """
    through_proxy = Observer(app_url)
    try:
        theirs = await through_proxy.identity()
    finally:
        await through_proxy.close()
    ours = await observer.identity()
    if ours is not None and theirs is not None and ours != theirs:
        raise LabError(
            f"the observer looks at database {ours[2]!r} of the server that started at {ours[0]},"
            f" the app's connections lead to {theirs[2]!r} of the one that started at {theirs[0]}:"
            " what the app wrote cannot be seen"
        )
