"""The rules of one proxy, and the connections that obey them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable
from functools import partial
from typing import Any, Protocol

from squall_faults.proxy.core.interception import InterceptedConnection, Interception
from squall_faults.proxy.errors import ApiError
from squall_faults.proxy.rules.interceptor import Interceptor
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import Armed, RuleSet
from squall_faults.proxy.timers import Timers

PROTOCOLS = ("", "postgresql")


class Followed(InterceptedConnection, Hashable, Protocol):
    """A connection that may be tapped."""


MAX_SETTINGS = 256
"""Different settings and values that are told of one proxy."""


class ProxyRules:
    """Made for every proxy; does nothing until the proxy follows a protocol or a rule is armed."""

    def __init__(self, timers: Timers) -> None:
        self.timers = timers
        self._rules = RuleSet()
        self._taps: dict[Hashable, Interception] = {}
        self._untapped = 0
        self._closed_statements = 0
        self._following = self._refuse_tls = False
        self._numbers = itertools.count(1)

    def follow(self, protocol: str, *, refuse_tls: bool) -> None:
        """Understand connections from their start; ApiError for an unknown protocol."""
        if protocol not in PROTOCOLS:
            raise ApiError(f"bad request body: protocol must be postgresql, got {protocol!r}", 400)
        self._following = bool(protocol)
        self._refuse_tls = refuse_tls

    def opened(self, connection: Followed) -> None:
        """A client was accepted, and has sent nothing yet."""
        if self._following:
            wire = Interceptor(self._rules, refuse_encryption=self._refuse_tls)
            self._taps[connection] = Interception(connection, wire)
        else:
            self._untapped += 1

    def closed(self, connection: Hashable) -> None:
        """It is gone."""
        tap = self._taps.pop(connection, None)
        if tap is None:
            self._untapped -= 1
        else:
            tap.stop()
            self._closed_statements += tap.wire.statements

    @property
    def statements(self) -> int | None:
        """Statements that clients sent so far; None when they cannot be read."""
        if not self._following:
            return None
        return self._closed_statements + sum(tap.wire.statements for tap in self._taps.values())

    @property
    def settings(self) -> dict[str, int]:
        """Settings that live sessions changed for themselves: ``name=digest``, and how many."""
        kept = Counter(
            f"{name}={digest}"
            for tap in self._taps.values()
            for name, digest in tap.wire.settings.items()
        )
        return dict(kept.most_common(MAX_SETTINGS))

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self._rules

    def arm(self, given: object) -> dict[str, Any]:
        """POST: a rule as an object; its id may be left out.

        Raises:
            ApiError: status 400 with the reason, 409 when the id is taken.
        """
        if not isinstance(given, dict):
            raise ApiError("bad request body: a rule must be an object", 400)
        wanted = dict(given)
        ttl_ms = wanted.pop("ttl_ms", None)
        if ttl_ms is not None and (type(ttl_ms) is not int or ttl_ms < 1):
            raise ApiError("bad request body: ttl_ms must be a positive whole number", 400)
        wanted["id"] = wanted.get("id") or f"rule{next(self._numbers)}"
        try:
            rule = Rule.from_dict(wanted)
        except (ValueError, TypeError) as error:
            raise ApiError(f"bad request body: {error}", 400) from error
        if rule.id in self._rules:
            raise ApiError("rule already exists", 409)
        self._following = True
        armed = self._rules.arm(rule)
        if ttl_ms is not None:
            self.timers.make(f"rule {rule.id}", ttl_ms, partial(self.disarm, rule.id))
        return _shown(armed)

    def disarm(self, rule_id: str) -> None:
        """Take it out of force; what it holds is let go."""
        self.timers.cancel(f"rule {rule_id}")
        self._rules.disarm(rule_id)
        for tap in list(self._taps.values()):
            tap.disarmed(rule_id)

    def disarm_all(self) -> None:
        """Every rule: the proxy is reset or deleted."""
        for armed in self._rules.armed:
            self.disarm(armed.rule.id)

    @property
    def ids(self) -> list[str]:
        """What is armed."""
        return [armed.rule.id for armed in self._rules.armed]

    def one(self, rule_id: str) -> dict[str, Any]:
        """A rule with its counters; KeyError."""
        return next(_shown(armed) for armed in self._rules.armed if armed.rule.id == rule_id)

    def shown(self) -> dict[str, Any]:
        """Every rule, and how many connections can obey them."""
        wires = [tap.wire for tap in self._taps.values()]
        return {
            "rules": [_shown(armed) for armed in self._rules.armed],
            "connections": {
                "understood": sum(not wire.plain for wire in wires),
                "encrypted": sum(wire.encrypted for wire in wires),
                "plain": sum(wire.plain and not wire.encrypted for wire in wires),
                "older_than_the_first_rule": self._untapped,
            },
        }


def _shown(armed: Armed) -> dict[str, Any]:
    return {**armed.rule.to_dict(), "matches": armed.matches, "bites": armed.bites}
