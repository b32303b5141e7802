"""Read again what others have written since: a list may be unable to show one of their rows.

GET /items 200 ─▶ PATCH /items/1 {"name": null} 200 ─▶ GET /items 500       left out, and told
"""

from __future__ import annotations

from squall.history.coverage import OperationProfile
from squall.lab.operation_search import OperationSearch

SINCE = "since other operations have written"


async def leave_out_broken_reads(search: OperationSearch) -> None:
    """Leave out reads that were answered before the writes of the trial and fail after them."""
    asked = {one.name: title for title, one in search.profiles.items() if one.asked}
    if all(operation.effect == "read" for _, operation in search.good):
        return
    for path, operation in list(search.good):
        if operation.method != "GET" or operation.after or operation.least_interval_seconds:
            continue
        search.log_problem()
        search.trial.client = search.roles.client_of(operation)
        result = await search.trial.probe(operation, search.trial.drawn(operation, 1)[0])
        if result.status is not None and result.status >= 500:  # noqa: PLR2004 - HTTP's 5xx
            told = await search.with_exception(result)
            title = asked[operation.name]
            search.good.remove((path, operation))
            search.profiles[title] = OperationProfile(
                operation=title, name="", effect="read", reason=f"{told.reason} ({SINCE})"
            )
