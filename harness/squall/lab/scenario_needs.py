"""Whether the load of this app has what an outage is about."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from squall.workload.for_nothing import names_things
from squall.workload.held_bodies import may_stop_halfway
from squall.workload.operations import Operation


def missing_need(needs: Collection[str], operations: Sequence[Operation]) -> str:
    """What the outage needs and the load does not have; empty if it has everything."""
    if "writes" in needs and all(operation.effect == "read" for operation in operations):
        return "it is about writes, and the load has none"
    drawn = [operation for operation in operations if not operation.after]
    if "repeats" in needs and not any(operation.may_be_repeated for operation in drawn):
        return "it is about writes that clients repeat with their key, and the load has none"
    if "bodies" in needs and not any(map(may_stop_halfway, operations)):
        return "it is about requests that stop halfway, and none of the load has a JSON body"
    if "streams" in needs and not any(operation.streams for operation in operations):
        return "it is about streams without an end, and the load has none"
    if "things" in needs and not names_things(operations):
        return "it is about things that do not exist, and no request of the load names one"
    return ""
