"""The rules of one proxy, and the connections that obey them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any, Protocol

from squall_faults.proxy.core.interception import InterceptedConnection, Interception
from squall_faults.proxy.errors import ApiError
from squall_faults.proxy.rules.armed_rules import RuleExists
from squall_faults.proxy.rules.command_interceptor import CommandInterceptor
from squall_faults.proxy.rules.command_rule import CommandRule
from squall_faults.proxy.rules.command_rules import CommandRules
from squall_faults.proxy.rules.interceptor import Interceptor
from squall_faults.proxy.rules.message_interceptor import MessageInterceptor
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet
from squall_faults.proxy.timers import Timers

PROTOCOLS = ("", "postgresql", "redis")


class Followed(InterceptedConnection, Hashable, Protocol):
    """A connection that may be tapped."""


class PostgresProtocol:
    """Rules on PostgreSQL's messages."""

    def __init__(self, *, refuse_tls: bool) -> None:
        self.rules = RuleSet()
        self._refuse_tls = refuse_tls

    def arm(self, wanted: Mapping[str, Any]) -> None:
        """ValueError: there is no such rule."""
        self.rules.arm(Rule.from_dict(wanted))

    def interceptor(self) -> MessageInterceptor:
        """For one connection."""
        return Interceptor(self.rules, refuse_encryption=self._refuse_tls)


class RedisProtocol:
    """Rules on commands of Redis."""

    def __init__(self) -> None:
        self.rules = CommandRules()

    def arm(self, wanted: Mapping[str, Any]) -> None:
        """ValueError: there is no such rule."""
        self.rules.arm(CommandRule.from_dict(wanted))

    def interceptor(self) -> MessageInterceptor:
        """For one connection."""
        return CommandInterceptor(self.rules)


MAX_SETTINGS = 256
"""Different settings and values that are told of one proxy."""


class ProxyRules:
    """Made for every proxy; does nothing until the proxy follows a protocol or a rule is armed."""

    def __init__(self, timers: Timers) -> None:
        self.timers = timers
        self._protocol: PostgresProtocol | RedisProtocol = PostgresProtocol(refuse_tls=False)
        self._taps: dict[Hashable, Interception] = {}
        self._untapped = 0
        self._closed_statements = 0
        self._following = False
        self._numbers = itertools.count(1)

    def follow(self, protocol: str, *, refuse_tls: bool) -> None:
        """Understand connections from their start; ApiError for an unknown protocol."""
        if protocol not in PROTOCOLS:
            raise ApiError(
                f"bad request body: protocol must be postgresql or redis, got {protocol!r}", 400
            )
        self._following = bool(protocol)
        redis = protocol == "redis"
        self._protocol = RedisProtocol() if redis else PostgresProtocol(refuse_tls=refuse_tls)

    def opened(self, connection: Followed) -> None:
        """A client was accepted, and has sent nothing yet."""
        if self._following:
            self._taps[connection] = Interception(connection, self._protocol.interceptor())
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
        """SQL statements that clients sent so far; None when they cannot be read."""
        if not self._following or isinstance(self._protocol, RedisProtocol):
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
        return rule_id in self._protocol.rules

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
        rule_id = wanted["id"]
        try:
            self._protocol.arm(wanted)
        except RuleExists as error:
            raise ApiError("rule already exists", 409) from error
        except (ValueError, TypeError) as error:
            raise ApiError(f"bad request body: {error}", 400) from error
        self._following = True
        if ttl_ms is not None:
            self.timers.make(f"rule {rule_id}", ttl_ms, partial(self.disarm, rule_id))
        return self.one(rule_id)

    def disarm(self, rule_id: str) -> None:
        """Take it out of force; what it holds is let go."""
        self.timers.cancel(f"rule {rule_id}")
        self._protocol.rules.disarm(rule_id)
        for tap in list(self._taps.values()):
            tap.disarmed(rule_id)

    def disarm_all(self) -> None:
        """Every rule: the proxy is reset or deleted."""
        for armed in self._protocol.rules.armed:
            self.disarm(armed.rule.id)

    @property
    def ids(self) -> list[str]:
        """What is armed."""
        return [armed.rule.id for armed in self._protocol.rules.armed]

    def one(self, rule_id: str) -> dict[str, Any]:
        """A rule with its counters; KeyError."""
        found = {armed.rule.id: armed.shown() for armed in self._protocol.rules.armed}
        return found[rule_id]

    def shown(self) -> dict[str, Any]:
        """Every rule, and how many connections can obey them."""
        wires = [tap.wire for tap in self._taps.values()]
        return {
            "rules": [armed.shown() for armed in self._protocol.rules.armed],
            "connections": {
                "understood": sum(not wire.plain for wire in wires),
                "encrypted": sum(wire.encrypted for wire in wires),
                "plain": sum(wire.plain and not wire.encrypted for wire in wires),
                "older_than_the_first_rule": self._untapped,
            },
        }
