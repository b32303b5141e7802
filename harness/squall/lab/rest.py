"""What an app holds while it serves no request, and whether it disclosed a secret.

before the load:  3 listeners, 0 advisory locks, 41 descriptors
after the load:   2 listeners, 1 advisory lock, 79 descriptors      three defects
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from squall.config.profile import AppProfile
from squall.core import events
from squall.core.clock import Clock
from squall.core.setting_kinds import changes_meaning, setting_of
from squall.history.op import Op
from squall.lab import app_log
from squall.lab.lab import Lab
from squall.lab.without_credentials import CREDENTIALS

MIN_SECRET_LETTERS = 8
"""A shorter password may be an ordinary word of a log."""

MIN_TOKEN_LETTERS = 12

RETURN_SECONDS = 3.0
"""A background session that was lost may take this long to come back, and the last request whose
caller has left may take as long to give back what it holds."""

LOOK_AGAIN_SECONDS = 0.1
CHUNK = 1 << 20


class RestProbe:
    """Samples the idle app before a run and after it, and publishes the results."""

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log
        self._before: events.RestSampled | None = None
        self._written = app_log.size(lab.app.log_path)

    async def look_before(self, *, listeners: int = 0) -> None:
        """Publish what the app holds before the load; ``listeners``: as many were seen earlier."""
        self._before = await self._sample("before")
        if self._before is not None:
            most = max(listeners, self._before.listeners)
            self._before = dataclasses.replace(self._before, listeners=most)
            self._log(self._before)

    async def look_after(self, ops: Iterable[Op]) -> None:
        """Publish what it holds after the load, once all is back or the time is over; and
        secrets.
        """
        if self._before is not None and (after := await self._sample_until_returned()) is not None:
            self._log(after)
        for found in find_secrets(self._lab, self._clock, self._written, ops):
            self._log(found)

    async def _sample(self, moment: str) -> events.RestSampled | None:
        held = await self._lab.observer.at_rest()
        if held is None:
            return None
        used = self._lab.app.held_resources()
        settings = (await self._lab.database_traffic()).settings
        now = self._clock.now()
        return events.RestSampled(
            at=now,
            moment=moment,
            descriptors=None if used is None else used.descriptors,
            threads=None if used is None else used.threads,
            memory_bytes=None if used is None else used.memory_bytes,
            log_bytes=app_log.size(self._lab.app.log_path),
            settings=settings,
            **held,
        )

    async def _sample_until_returned(self) -> events.RestSampled | None:
        ends = self._clock.now() + RETURN_SECONDS
        while True:
            sample = await self._sample("after")
            if (sample is not None and self._is_as_before(sample)) or self._clock.now() > ends:
                return sample
            await self._clock.sleep(LOOK_AGAIN_SECONDS)

    def _is_as_before(self, sample: events.RestSampled) -> bool:
        """Whether all listeners are back, and nothing is held that was not held before."""
        before = self._before
        return before is None or (
            sample.listeners >= before.listeners
            and sample.advisory_locks <= before.advisory_locks
            and sample.temporary_tables <= before.temporary_tables
            and _meaningful(sample.settings) <= _meaningful(before.settings)
        )


def _meaningful(settings: Iterable[str]) -> set[str]:
    """A time limit may stay: no verdict depends on it, so there is nothing to wait for."""
    return {name for entry in settings if changes_meaning(name := setting_of(entry))}


def find_secrets(
    lab: Lab, clock: Clock, written: int, ops: Iterable[Op]
) -> Iterable[events.SecretDisclosed]:
    """Search the app's log from byte ``written`` on, and its answers, for its password, and the log
    for credentials of its clients.
    """
    secret = password_of(lab)
    tokens = client_tokens(lab.profile)
    counts = _count(lab.app.log_path, written, {secret, *tokens} - {""})
    if disclosed := max((counts[token] for token in tokens), default=0):
        yield events.SecretDisclosed(at=clock.now(), place="token", count=disclosed)
    if not secret:
        return
    told = [op for op in ops if secret in op.body or secret in op.headers or secret in op.addresses]
    for place, count in (
        ("log", counts[secret]),
        ("answer", sum(not op.addresses for op in told)),
        ("success", sum(bool(op.addresses) for op in told)),
    ):
        if count:
            yield events.SecretDisclosed(at=clock.now(), place=place, count=count)


def password_of(lab: Lab) -> str:
    """The password of the app's role, if it is one that nobody else has; else nothing.

    A hard-coded password is not a secret, and often an ordinary word.
    """
    secret = unquote(urlsplit(lab.app_database_url).password or "")
    return "" if len(secret) < MIN_SECRET_LETTERS or lab.profile.database else secret


def client_tokens(profile: AppProfile) -> frozenset[str]:
    """The credentials that the load sends, without their scheme; short ones may be words."""
    headers = [profile.headers, *(operation.headers for operation in profile.operations)]
    values = (
        value
        for each in headers
        for name, value in each.items()
        if name.lower() in CREDENTIALS and "{" not in value
    )
    tokens = (value.split(" ", 1)[-1].strip() for value in values)
    return frozenset(token for token in tokens if len(token) >= MIN_TOKEN_LETTERS)


def _count(path: Path, since: int, secrets: Iterable[str]) -> Counter[str]:
    """How often the log contains each of these after byte ``since``; it is read once."""
    wanted = {secret: secret.encode() for secret in secrets}
    tails = dict.fromkeys(wanted, b"")
    counts: Counter[str] = Counter()
    with suppress(OSError), path.open("rb") as log:
        log.seek(since)
        while chunk := log.read(CHUNK):
            for secret, encoded in wanted.items():
                text = tails[secret] + chunk
                counts[secret] += text.count(encoded)
                tails[secret] = text[-len(encoded) + 1 :]
    return counts
