"""What the app committed during a run, by logical decoding. No SQL of the app needs to be known.

    rows of the log ──▶ keys of requests and ids of answers in them ──▶ TransactionCommitted

The app's tables are not changed: new rows of all tables are published, and changed rows of tables
with a primary key. Values of rows are not kept.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from squall_faults.errors import InjectionFailed
from squall_faults.ports import DatabaseSession

from squall.core import events
from squall.core.clock import Clock
from squall.core.events import TransactionCommitted
from squall.history.op import Op
from squall.history.shape import answered_ids
from squall.lab.alike import find_alike
from squall.lab.balanced_numbers import find_balances
from squall.lab.changed_rows import find_changed_rows
from squall.lab.counted_numbers import find_counts, named_by_writes
from squall.lab.emptied_sets import find_emptied
from squall.lab.families import REFERENCES, Reference, find_families, find_orphans, references_of
from squall.lab.followed_rows import find_followed
from squall.lab.gone_rows import find_deleted
from squall.lab.kept_numbers import find_kept
from squall.lab.lab import Lab
from squall.lab.late_rows import find_late
from squall.lab.moved_numbers import Numbers, find_moves, read_numbers
from squall.lab.open_work import are_ids_pending, has_open_work, is_pending
from squall.lab.running_numbers import find_given_twice
from squall.lab.stored_batches import find_batches
from squall.lab.told_numbers import find_told
from squall.lab.wal import Decoder, Row, RowChange

SLOT = "squall_commits"
MAX_CHANGES = 20_000
"""A run with more changes is not judged."""

KEYED_TABLES = """SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.relreplident = 'd'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')"""
EXISTS = f"SELECT 1 FROM pg_replication_slots WHERE slot_name = '{SLOT}'"  # noqa: S608 - our name
CREATE = f"SELECT slot_name::text FROM pg_create_logical_replication_slot('{SLOT}', 'pgoutput')"  # noqa: S608
ADVANCE = f"SELECT end_lsn::text FROM pg_replication_slot_advance('{SLOT}', pg_current_wal_lsn())"  # noqa: S608
READ = f"""SELECT data FROM pg_logical_slot_get_binary_changes('{SLOT}', NULL, {MAX_CHANGES},
    'proto_version', '1', 'publication_names', 'squall_new_rows,squall_changed_rows')"""  # noqa: S608
CLOCK_READINGS = 5
LEAST_SECONDS = 3.0
DEADLINES = 2.0
"""How long accepted work may take after the load: a task may repeat what an outage has stopped."""
LOOK_AGAIN_SECONDS = 0.1
SERVER_TIME = "SELECT extract(epoch FROM clock_timestamp())::float8"


class CommitRecorder:
    """Reads the commits of one run. Publishes nothing if the server cannot be queried."""

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log
        self._follows = False
        self._numbers: Numbers = {}
        self._offset = math.inf

    async def begin(self) -> None:
        """Start to follow the commits."""
        if self._lab.options.attach is not None:
            return  # not our server: no slot is created there
        with contextlib.suppress(InjectionFailed):
            async with self._lab.database.session() as session:
                if list(await session.values("SHOW wal_level")) != ["logical"]:
                    return
                if not await session.values(EXISTS):
                    await _create(session)
                await session.values(ADVANCE)
                await self._compare_clocks(session)
                self._follows = True
                self._numbers = await read_numbers(session)  # without them no total is learned

    async def _compare_clocks(self, session: DatabaseSession) -> None:
        """Offset from the server's clock to ours, as a lower bound: a commit is never dated too
        late.

        The server reads its clock after we have read ours, so the difference is a lower bound,
        however long the query took. The largest of several differences is the closest bound.
        """
        bounds = []
        for _ in range(CLOCK_READINGS):
            before = self._clock.now()
            bounds.append(before - float((await session.values(SERVER_TIME))[0]))
        self._offset = min(self._offset, max(bounds))

    async def read(self, run_id: str, ops: Sequence[Op]) -> None:
        """Publish what was committed since :meth:`begin`, if it can be read. Work that was accepted
        (202) has some time to be committed.

        After a failover it cannot: the slot was on the old primary.
        """
        if not self._follows:
            return
        with contextlib.suppress(InjectionFailed):
            async with self._lab.database.session() as session:
                if not await session.values(EXISTS):
                    return
                await self._compare_clocks(session)
                references = references_of(map(str, await session.values(REFERENCES)))
                found = await self._until_done(session, run_id, ops, references)
            if found is not None:
                for one in self._described(*found, references, run_id, ops):
                    self._log(one)

    def _described(
        self,
        changes: Sequence[RowChange],
        times: Mapping[int, float],
        references: Sequence[Reference],
        run_id: str,
        ops: Sequence[Op],
    ) -> Iterator[events.Event]:
        """The transactions of requests, rows that belong together, and rows that are alike."""
        answered = answered_ids(ops)
        transactions = list(match_transactions(changes, times, run_id, answered))
        yield from transactions
        yield from find_families(changes, times, references, answered)
        yield from find_orphans(changes, times, references)
        yield from find_followed(changes, times, answered)
        yield from find_deleted(changes, times, answered, ops)
        yield from find_emptied(changes, times, ops)
        yield from find_changed_rows(changes, times, ops)
        yield from find_moves(self._numbers, changes, times)
        yield from find_batches(changes, times, ops)
        yield from find_late(changes, times, ops)
        yield from find_told(changes, times, ops)
        yield from find_counts(self._numbers, changes, times, ops)
        yield from find_kept(self._numbers, changes, times)
        yield from find_balances(self._numbers, changes, times, references)
        yield from find_given_twice(changes, times, references)
        yield from find_alike(changes, times, answered, _keys_of(run_id))
        yield events.CommitsRead(at=self._clock.now(), transactions=len(transactions))

    async def _until_done(
        self,
        session: DatabaseSession,
        run_id: str,
        ops: Sequence[Op],
        references: Sequence[Reference],
    ) -> tuple[list[RowChange], dict[int, float]] | None:
        """What was committed, as soon as each accepted request has rows with its key like others of
        its operation, and what workers add, or the patience is over. None if it is too much to be
        read.
        """
        answered = answered_ids(ops)
        named = named_by_writes(ops)
        patience = max(LEAST_SECONDS, DEADLINES * self._lab.profile.contract.deadline_seconds)
        ends = self._clock.now() + patience
        messages: list[bytes] = []
        while True:
            messages += [bytes(row) for row in await session.values(READ)]
            if len(messages) >= MAX_CHANGES:
                return None
            changes, times = decoded(messages, self._offset)
            found = list(match_transactions(changes, times, run_id, answered))
            pending = is_pending({key for one in found for key in one.keys}, ops)
            pending |= are_ids_pending(
                {value for one in found for values in one.ids.values() for value in values}, ops
            )
            families = find_families(changes, times, references, answered)
            followed = [one for one in find_followed(changes, times, answered)
                        if one.answered not in named]  # fmt: skip
            if not (pending or has_open_work([*families, *followed])) or self._clock.now() > ends:
                return changes, times
            await self._clock.sleep(LOOK_AGAIN_SECONDS)


async def _create(session: DatabaseSession) -> None:
    for name in ("squall_new_rows", "squall_changed_rows"):
        await session.execute(f"DROP PUBLICATION IF EXISTS {name}")
    await session.execute(
        "CREATE PUBLICATION squall_new_rows FOR ALL TABLES WITH (publish = 'insert')"
    )
    tables = ", ".join(map(str, await session.values(KEYED_TABLES)))
    published = f"FOR TABLE {tables} " if tables else ""
    await session.execute(
        f"CREATE PUBLICATION squall_changed_rows {published}WITH (publish = 'update, delete')"
    )
    await session.values(CREATE)


def decoded(messages: Iterable[bytes], offset: float) -> tuple[list[RowChange], dict[int, float]]:
    """The changes, and when each transaction was committed, by our clock: ``offset`` is that of
    the server's.
    """
    decoder = Decoder()
    changes = decoder.decode(messages)
    return changes, {number: at + offset for number, at in decoder.committed_at.items()}


def match_transactions(
    changes: Iterable[RowChange], times: Mapping[int, float], run_id: str, ids: frozenset[str]
) -> Iterable[TransactionCommitted]:
    """The transactions whose rows hold a key of this run, or an id from an answer of the app.

    ``times``: of each transaction.
    """
    key = _keys_of(run_id)
    grouped: defaultdict[int, list[RowChange]] = defaultdict(list)
    for change in changes:
        grouped[change.transaction].append(change)
    for number, rows in grouped.items():
        keys: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in rows:
            for each in sorted(set(key.findall(_text(row.new or row.old)))):
                keys[each][f"{row.kind} {row.table}"] += 1
            for column, value in row.new.items() if row.kind == "insert" else ():
                if value in ids:
                    found[f"{row.table}.{column}"].append(str(value))
        if keys or found:
            yield TransactionCommitted(
                at=times[number],
                keys={one: dict(counts) for one, counts in keys.items()},
                ids=dict(found),
            )


def _keys_of(run_id: str) -> re.Pattern[str]:
    return re.compile(re.escape(run_id) + r"-\d+")


def _text(row: Row) -> str:
    return "\n".join(value for value in row.values() if value is not None)
