"""Numbers of rows that updates move: how much each commit took from one row and gave to another.

    before the run   accounts: 1 ─▶ 100, 2 ─▶ 100          read once, and forgotten with the run
    log of commits   1 ─▶ 90, 2 ─▶ 110                     moves: row 0 by -1.0, row 1 by +1.0

Moves are shares of the largest one of their column; values are not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from squall_faults.ports import DatabaseSession

from squall.core.events import NumbersMoved
from squall.lab.families import NAMED
from squall.lab.wal import RowChange, by_table

NUMBER_COLUMNS = """SELECT concat_ws(' ', named.name, format('%I.%I', n.nspname, c.relname),
        k.attname, a.attname)
    FROM pg_class c
    JOIN named ON named.oid = c.oid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
    JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attnum <> k.attnum AND a.attname NOT LIKE '%\\_id'
        AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
    WHERE c.relkind = 'r' AND c.reltuples <= 2000
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') LIMIT 20"""
COLUMNS = f"{NAMED} {NUMBER_COLUMNS}"
PARTS = 4
MOST_ROWS = 2000
MOST_MOVES = 5000
SEPARATOR = "\x1f"

Numbers = dict[tuple[str, str, str], dict[str, Decimal]]
"""Number by key, by table, key column and column."""


async def read_numbers(session: DatabaseSession) -> Numbers:
    """The numbers of all small tables that have a simple primary key; NaN and infinity are none."""
    found: Numbers = {}
    for told in await session.values(COLUMNS):
        if len(parts := str(told).split(" ")) != PARTS:
            continue  # a name with a space
        table, from_table, key, column = parts
        sql = (
            f'SELECT concat_ws(E\'\\x1f\', "{key}"::text, "{column}"::text) FROM {from_table}'  # noqa: S608 - names of the catalogue
            f' WHERE "{column}" IS NOT NULL LIMIT {MOST_ROWS + 1}'
        )
        rows = [str(row).split(SEPARATOR) for row in await session.values(sql)]
        if len(rows) <= MOST_ROWS:
            numbers = {name: Decimal(number) for name, number in rows}
            found[table, key, column] = {
                name: number for name, number in numbers.items() if number.is_finite()
            }
    return found


def find_moves(
    start: Numbers, changes: Sequence[RowChange], times: Mapping[int, float]
) -> Iterator[NumbersMoved]:
    """The moves of each column whose table was not emptied. A new row begins with its own number,
    and one that is deleted takes its number with it.
    """
    for table, key, column, numbers, own in changed_numbers(start, changes):
        moves = list(moves_of(numbers, own, key, column))
        if moves and len(moves) <= MOST_MOVES:
            yield _event(f"{table}.{column}", moves, times)


def changed_numbers(
    start: Numbers, changes: Iterable[RowChange]
) -> Iterator[tuple[str, str, str, Mapping[str, Decimal], Sequence[RowChange]]]:
    """The numbers of each table that was changed, and not emptied: table, key column, column, the
    numbers before, and the changes.
    """
    of_table = by_table(changes)
    for (table, key, column), numbers in start.items():
        own = of_table.get(table, [])
        if own and not any(change.kind == "truncate" for change in own):
            yield table, key, column, numbers, own


Move = tuple[int, str, Decimal]


def moves_of(
    numbers: Mapping[str, Decimal], changes: Iterable[RowChange], key: str, column: str
) -> Iterator[Move]:
    """Transaction, key of the row, and by how much it was moved; a row without a number before
    begins with its own.
    """
    now = dict(numbers)
    for change in changes:
        name, value = change.new.get(key), number_of(change.new.get(column))
        if name is None or value is None:
            continue
        if change.kind == "update" and name in now and value != now[name]:
            yield change.transaction, name, value - now[name]
        now[name] = value


def number_of(text: str | None) -> Decimal | None:
    """The finite number that a column shows; None if it is none."""
    try:
        value = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def _event(column: str, moves: Sequence[Move], times: Mapping[int, float]) -> NumbersMoved:
    largest = max(abs(by) for _, _, by in moves)
    places = {name: place for place, name in enumerate(dict.fromkeys(name for _, name, _ in moves))}
    return NumbersMoved(
        at=times[moves[-1][0]],
        column=column,
        commits=[times[number] for number, _, _ in moves],
        rows=[places[name] for _, name, _ in moves],
        moves=[float(by / largest) for _, _, by in moves],
    )
