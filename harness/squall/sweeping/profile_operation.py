"""An operation without a fault: its statements, its answer and its effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from squall.lab.wal import RowChange
from squall.sweeping.app_at_rest import wait_until_at_rest
from squall.sweeping.change_log import ChangeLog
from squall.sweeping.client import Client, ReceivedAnswer
from squall.sweeping.effects import ExpectedEffect, learn_effect
from squall.sweeping.follow_up import prepare
from squall.sweeping.requests_of import RequestSource
from squall.sweeping.tap import Statement, Tap
from squall.workload.operations import Operation

WARM_UPS = 3
REPEATS = 3
TRIES = 8
"""Maximum number of requests until the sequence repeats."""
REST_SECONDS = 0.5
"""Limit of the wait for idle, so that a permanent background task does not delay every request."""


@dataclass(frozen=True, slots=True)
class ProfiledStatement:
    """One statement of an operation."""

    fingerprint: str
    status: str
    sql: str
    has_rows: bool
    """Its answer has more than one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementProfile:
    """An operation without a fault."""

    operation: Operation
    steps: tuple[ProfiledStatement, ...]
    effect: ExpectedEffect | None
    """None if the server could not be queried, or the repeats differ."""
    answers: tuple[ReceivedAnswer, ...]
    """Answers of the repeats. What they have in common is expected under faults, too."""
    seconds: float
    """Duration of the slowest repeat."""

    @property
    def writes(self) -> bool:
        """Whether it changes rows, if known."""
        if self.effect is not None:
            return bool(self.effect.rows)
        return self.operation.effect != "read"

    @property
    def idempotent(self) -> bool:
        """Whether a repeat of the same request must have no second effect."""
        return self.operation.effect == "idempotent-write"


@dataclass(frozen=True, slots=True)
class NotProfiled:
    """An operation that is left out, with the reason."""

    operation: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recording:
    """One fault-free request."""

    answer: ReceivedAnswer
    statements: tuple[Statement, ...]
    changes: Sequence[RowChange]

    @property
    def sequence(self) -> tuple[tuple[str, str], ...]:
        """Fingerprint and transaction status of each statement."""
        return tuple((one.fingerprint, one.status) for one in self.statements)


@dataclass(slots=True)
class Profiler:
    """Sends each operation until its statements repeat."""

    tap: Tap
    client: Client
    source: RequestSource
    changes: ChangeLog | None
    restore: Callable[[Sequence[RowChange]], Awaitable[None]] | None = None
    """Restores the rows after each request, if each must start from the same ones."""

    async def profile(self, operation: Operation) -> StatementProfile | NotProfiled:
        """The operation's profile, or why there is none."""
        for _ in range(WARM_UPS):
            await self._record(operation)
        good: list[Recording] = []
        answers: list[ReceivedAnswer] = []
        for _ in range(TRIES):
            recording = await self._record(operation)
            answers.append(recording.answer)
            if recording.answer.good:
                good.append(recording)
                agreeing = _agreeing(good)
                if len(agreeing) >= REPEATS:
                    return self._conclude(operation, agreeing)
        if not good:
            seen = Counter(str(one.status or one.error) for one in answers).most_common(1)[0][0]
            return NotProfiled(operation.name, f"without a fault it is answered {seen}")
        return NotProfiled(operation.name, "its statements differ from request to request")

    def _conclude(
        self, operation: Operation, recordings: Sequence[Recording]
    ) -> StatementProfile | NotProfiled:
        first = recordings[0]
        if not first.statements:
            return NotProfiled(operation.name, "it sends no statement")
        effect = learn_effect([one.changes for one in recordings]) if self.changes else None
        return StatementProfile(
            operation=operation,
            steps=tuple(
                ProfiledStatement(one.fingerprint, one.status, one.sql, _has_rows(one.sql))
                for one in first.statements
            ),
            effect=effect,
            answers=tuple(one.answer for one in recordings),
            seconds=max(one.answer.seconds for one in recordings),
        )

    async def _record(self, operation: Operation) -> Recording:
        request = await prepare(self.client, self.source, operation)
        if operation.after:
            await wait_until_at_rest(self.tap, self.changes, REST_SECONDS)
        if self.changes is not None:
            await self.changes.read()
        self.tap.forget()
        answer = await self.client.send(request)
        await wait_until_at_rest(self.tap, self.changes, REST_SECONDS)
        statements = _of_one_request(tuple(self.tap.statements))
        changes = [] if self.changes is None else await self.changes.read()
        if self.restore is not None:
            await self.restore(changes)
        return Recording(answer, statements, changes)


def _of_one_request(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Without a health probe that ran at the same time on another session."""
    return tuple(one for one in statements if not _is_probe(one.fingerprint))


def _is_probe(fingerprint: str) -> bool:
    return fingerprint in ("SELECT ?", "", "?")


def _agreeing(recordings: Sequence[Recording]) -> list[Recording]:
    """The recordings with the most frequent sequence. A background task sometimes disturbs one."""
    common = Counter(one.sequence for one in recordings).most_common(1)[0][0]
    return [one for one in recordings if one.sequence == common]


def _has_rows(sql: str) -> bool:
    words = sql.lstrip().upper()
    return words.startswith(("SELECT", "WITH", "VALUES", "SHOW")) or " RETURNING " in words
