"""What the server itself refuses is counted in its log, without what a fault has injected."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from squall.core.errors import LabError
from squall.core.events import Event, StatementsRefused
from squall.lab.refused_statements import RefusedStatements
from squall.lab.seen_in_calm import SeenInCalm

ABORTED = "ERROR:  current transaction is aborted, commands ignored until end of transaction block"
UNSEEN = 'ERROR:  relation "items" does not exist at character 15'
INJECTED = 'ERROR:  relation "injected error 40001" does not exist at character 23'
TAKEN = 'ERROR:  cursor "report" already exists'
DEADLOCK = "ERROR:  deadlock detected"
READ_ONLY = "ERROR:  cannot execute INSERT in a read-only transaction"
ENDED = "FATAL:  terminating connection due to administrator command"


class Server:
    """A server with a log."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)

    async def logged(self, words: str) -> int:
        return sum(words in line for line in self.lines)


class Foreign(Server):
    """A server that Squall did not start."""

    async def logged(self, words: str) -> int:
        raise LabError(words)


def counter(server: Server) -> tuple[Any, Any, list[Event]]:
    published: list[Event] = []
    lab: Any = SimpleNamespace(database=server, calm=SeenInCalm())
    clock: Any = SimpleNamespace(now=lambda: 1.0)
    return RefusedStatements(lab, clock, published.append), lab, published


async def test_the_lines_since_the_first_look_are_counted_by_reason() -> None:
    server = Server(ABORTED)
    looking, _, published = counter(server)
    await looking.look_before()
    server.lines += [ABORTED, ABORTED, UNSEEN, INJECTED, "LOG:  checkpoint", ENDED, DEADLOCK, TAKEN]
    server.lines += [READ_ONLY]
    await looking.look_after()
    assert published == [
        StatementsRefused(at=1.0, why="aborted", before=1, during=2),
        StatementsRefused(at=1.0, why="ended", before=0, during=1),
        StatementsRefused(at=1.0, why="deadlocked", before=0, during=1),
        StatementsRefused(at=1.0, why="taken", before=0, during=1),
        StatementsRefused(at=1.0, why="read-only", before=0, during=1),
        StatementsRefused(at=1.0, why="unseen", before=0, during=1),
    ]


async def test_after_a_failover_and_without_a_log_nothing_is_told() -> None:
    looking, lab, published = counter(Server(UNSEEN))
    await looking.look_before()
    lab.database = Server(UNSEEN, UNSEEN)
    await looking.look_after()
    foreign, _, none = counter(Foreign())
    await foreign.look_before()
    await foreign.look_after()
    assert (published, none) == ([], [])


async def test_what_was_refused_in_an_earlier_outage_is_no_calm() -> None:
    server = Server()
    looking, lab, published = counter(server)
    await looking.look_before()
    server.lines += [ABORTED] * 3
    await looking.look_after()
    second = RefusedStatements(lab, looking._clock, published.append)
    await second.look_before()
    server.lines += [ABORTED] * 2
    await second.look_after()
    refused = [one for one in published if isinstance(one, StatementsRefused)]
    found = [(one.before, one.during) for one in refused if one.why == "aborted"]
    assert found == [(0, 3), (0, 2)]
