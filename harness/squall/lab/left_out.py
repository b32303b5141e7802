"""Leave operations out of a load: those that fail without a fault, and those that follow them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from squall.history.coverage import Coverage
from squall.workload.operations import Operation


def with_followers(reasons: Mapping[str, str], operations: Iterable[Operation]) -> dict[str, str]:
    """The same with the operations that need what these make."""
    found = dict(reasons)
    for operation in operations:
        if operation.after in found:
            found[operation.name] = f"follows {operation.after}, which is left out"
    return found


def without_operations(coverage: Coverage, reasons: Mapping[str, str]) -> Coverage:
    """The coverage with the reasons of operations that are not requested."""
    profiles = tuple(
        dataclasses.replace(one, reason=reasons[one.name]) if one.name in reasons else one
        for one in coverage.operations
    )
    return dataclasses.replace(coverage, operations=profiles)


def with_notes(coverage: Coverage, following: Mapping[str, Operation]) -> Coverage:
    """The coverage with notes on the operations that follow another one from now on."""
    profiles = tuple(
        dataclasses.replace(one, note=f"follows {following[one.name].after}, on what that made")
        if one.name in following
        else one
        for one in coverage.operations
    )
    return dataclasses.replace(coverage, operations=profiles)
