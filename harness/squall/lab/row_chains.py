"""Deletions of what the load made, where neither an answer nor a list tells its identity.

POST /subscribers ──▶ the row of subscribers with the key of the request ──▶ DELETE /subscribers/3

What the path names last must be that row: its key in the table of this name, or a value that holds
the key of the request. What it names before are other columns of the row. So a row that was there
before the load is never deleted, and a deletion that leaves the row as it was is not used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from squall.lab.app_client import AppClient
from squall.lab.chains import resource_named
from squall.lab.made_rows import Row, RowSource
from squall.lab.trial import RATE_LIMITED, TRIES, Trial, TrialResult
from squall.workload.openapi.derive import NOT_OURS, Candidate
from squall.workload.openapi.document import ApiDocument
from squall.workload.openapi.values import IDENTITIES, plain_name, resource_before, singular
from squall.workload.operations import Operation
from squall.workload.read_back import fill_follow_up

PARAMETER = re.compile(r"\{([^{}/]+)\}")
COLUMN = re.compile(r"\w+")
UNCHANGED = "it succeeded without a change of the row that the load had made"
MOST_MAKERS = 20


@dataclass(slots=True)
class RowChains:
    """Finds and tries them."""

    trial: Trial
    document: ApiDocument
    made: RowSource
    client_of: Callable[[Operation], AppClient]
    _rows: dict[str, Mapping[str, tuple[Row, str]]] = field(default_factory=dict)
    """By the name of a POST: the row that it made in each table, and the request's key."""

    async def try_candidate(
        self, candidate: Candidate, good: Sequence[tuple[str, Operation]]
    ) -> tuple[Operation | None, TrialResult]:
        """The operation on the rows that a POST makes, if it can be asked of them."""
        last = TrialResult(reason=NOT_OURS)
        makers = [one for _, one in good if one.method == "POST" and not one.after]
        usable = [one for one in makers if not one.least_interval_seconds]
        for maker in usable[:MOST_MAKERS]:
            self.trial.client = self.client_of(maker)
            for table, (row, key) in (await self._rows_of(maker)).items():
                columns = columns_for(candidate.described.path, table, row, key)
                if columns is None:
                    continue
                follower = await self._follower(candidate, maker, table, columns)
                last = await self._ask(maker, follower, table, list(columns.values()))
                if not last.reason:
                    return follower, last
        return None, last

    async def _rows_of(self, maker: Operation) -> Mapping[str, tuple[Row, str]]:
        """The rows of the second of two requests, in tables where the first one's row is still
        there: it is not one that each request changes.
        """
        if maker.name not in self._rows:
            first, second = self.trial.drawn(maker, 2)
            for request in (first, second):
                await self.trial.probe(maker, request)
            stays = await self.made.rows(first.key) if first.key else {}
            key = second.key or ""
            made = await self.made.rows(key) if stays and key else {}
            self._rows[maker.name] = {one: (row, key) for one, row in made.items() if one in stays}
        return self._rows[maker.name]

    async def _follower(
        self, candidate: Candidate, maker: Operation, table: str, columns: Mapping[str, str]
    ) -> Operation:
        path = PARAMETER.sub(
            lambda match: f"{{answer.{columns[match[1]]}}}", candidate.described.path
        )
        return Operation(
            name=candidate.described.operation_id or candidate.title,
            method=candidate.described.method.upper(),
            path=self.document.prefix + path,
            effect="write",
            role=maker.role,
            after=maker.name,
            found_in=await self.made.address(table, list(columns.values())),
        )

    async def _ask(
        self, maker: Operation, follower: Operation, table: str, columns: Sequence[str]
    ) -> TrialResult:
        """Make a row and send the operation for it, as often as any operation is tried."""
        statements, seconds = list[float](), list[float]()
        for request in self.trial.drawn(maker, TRIES):
            made = await self.trial.probe(maker, request)
            key = request.key or ""
            before = {} if made.reason else await self.made.rows(key)
            text = await self.made.look(table, columns, key) if table in before else ""
            following = fill_follow_up(request, text, follower)
            if not text or following is None or made.status == RATE_LIMITED:
                return TrialResult(reason=made.reason or NOT_OURS)
            result = await self.trial.ask_once(follower, following)
            if result.reason:
                return result
            if (await self.made.rows(key)).get(table) == before[table]:
                return TrialResult(reason=UNCHANGED)
            statements.append(result.statements or 0.0)
            seconds.append(result.seconds or 0.0)
        note = f"follows {maker.name}, on the row that it made"
        return TrialResult(statements=sorted(statements)[1], seconds=sorted(seconds)[1], note=note)


def columns_for(path: str, table: str, row: Row, key: str) -> dict[str, str] | None:
    """The column of the row for each parameter of the path; None if it does not name the row.

    ``table`` as the server writes it, with its schema; ``key`` of the request that made the row.
    """
    parameters = PARAMETER.findall(path)
    if not parameters:
        return None
    usable = {
        plain_name(name): name for name, value in row.items()
        if COLUMN.fullmatch(name) and isinstance(value, (str, int)) and not isinstance(value, bool)
    }  # fmt: skip
    *others, last = parameters
    own = _own_column(path, last, singular(table.rpartition(".")[2].strip('"')), usable)
    if own is None:
        return None
    column, named = own
    if not named and key.lower() not in str(row[column]).lower():
        return None
    columns = {one: usable.get(plain_name(one), "") for one in others}
    return {**columns, last: column} if all(columns.values()) else None


def _own_column(
    path: str, parameter: str, table: str, usable: Mapping[str, str]
) -> tuple[str, bool] | None:
    """The column that the path names last, and whether the path names the table, too."""
    wanted = plain_name(parameter)
    named = table in (resource_before(path, parameter), resource_named(parameter))
    names = [wanted, wanted.removeprefix(table)]
    if any(wanted.endswith(one) for one in IDENTITIES) and named:
        names += [*IDENTITIES, table + "id"]
    column = next((usable[one] for one in names if one in usable), None)
    return None if column is None else (column, named)
