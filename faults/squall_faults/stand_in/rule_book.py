"""The rules of a stand-in: armed, counted, looked up for every request."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

from squall_faults.proxy.timers import Timers
from squall_faults.stand_in.upstream_rule import UpstreamRule

MAX_RULES = 64


class ArmedRule:
    """A rule with what it has done."""

    def __init__(self, rule: UpstreamRule) -> None:
        self.rule = rule
        self.matches = 0
        """Requests, or connections, that it was about while it could still bite."""
        self.bites = 0
        """Those that it acted on."""
        self.released = asyncio.Event()
        """Set when it is disarmed: what it holds is let go."""

    def draw(self) -> bool:
        """Whether it is to act on this one, which it is about."""
        rule = self.rule
        if rule.times and self.bites >= rule.times:
            return False
        self.matches += 1
        drawn = rule.share >= 1 or random.Random(self.matches).random() < rule.share  # noqa: S311 - repeatable
        return drawn and self.matches >= rule.nth

    async def hold(self, seconds: float) -> None:
        """Wait so long, or until the rule is disarmed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.released.wait()

    def shown(self) -> dict[str, Any]:
        """For the API."""
        return {"id": self.rule.id, "do": self.rule.do, "matches": self.matches,
                "bites": self.bites}  # fmt: skip


class RuleBook:
    """What is armed, in the order of arming; the first rule that is due acts."""

    def __init__(self) -> None:
        self.identity = secrets.token_hex(8)
        """Another one after a restart."""
        self.timers = Timers()
        self._armed: dict[str, ArmedRule] = {}
        self._numbers = itertools.count(1)

    def arm(self, given: Mapping[str, Any]) -> ArmedRule:
        """From now on; ``ttl_ms`` is the time to live without a renewal.

        Raises:
            ValueError: it is not a rule, or there are too many.
        """
        if len(self._armed) >= MAX_RULES:
            raise ValueError(f"there are {MAX_RULES} rules already")
        wanted = dict(given)
        ttl_ms = wanted.pop("ttl_ms", 0)
        if type(ttl_ms) is not int or ttl_ms < 0:
            raise ValueError(f"ttl_ms must be a whole number, got {ttl_ms!r}")
        armed = ArmedRule(UpstreamRule.from_dict({**wanted, "id": f"rule{next(self._numbers)}"}))
        self._armed[armed.rule.id] = armed
        if ttl_ms:
            rule_id = armed.rule.id
            self.timers.make(f"rule {rule_id}", ttl_ms, partial(self.disarm, rule_id))
        return armed

    def disarm(self, rule_id: str) -> None:
        """Take it out of force and let go what it holds; one that is gone is not an error."""
        self.timers.cancel(f"rule {rule_id}")
        armed = self._armed.pop(rule_id, None)
        if armed is not None:
            armed.released.set()

    def one(self, rule_id: str) -> ArmedRule | None:
        """A rule that is armed."""
        return self._armed.get(rule_id)

    def for_request(self, method: str, path: str) -> ArmedRule | None:
        """The rule that acts on this request."""
        about = (
            one
            for one in self._armed.values()
            if one.rule.do != "slow_accept" and one.rule.is_about(method, path)
        )
        return next((one for one in about if one.draw()), None)

    def for_connection(self) -> ArmedRule | None:
        """The rule that acts on a new connection."""
        about = (one for one in self._armed.values() if one.rule.do == "slow_accept")
        return next((one for one in about if one.draw()), None)

    def in_force(self) -> dict[str, Any]:
        """What is armed now, and what ended by itself."""
        return {"identity": self.identity, "rules": list(self._armed),
                "lapsed": list(self.timers.lapsed)}  # fmt: skip
