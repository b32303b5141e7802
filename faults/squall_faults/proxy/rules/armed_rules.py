"""Rules in force, with what they have done; the same for every protocol."""

from __future__ import annotations

import random
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w$])-?\d+(?:\.\d+)?")
"""Drivers that send values in the text of a statement make another text each time."""


class CountedRule(Protocol):
    """What decides how often a rule acts."""

    @property
    def id(self) -> str:
        """By which it is disarmed."""

    @property
    def nth(self) -> int:
        """The first match that counts."""

    @property
    def times(self) -> int | None:
        """So often it bites at most."""

    @property
    def share(self) -> float:
        """The share of the matches that count."""

    @property
    def hottest_of(self) -> int:
        """So many matches are looked at before one counts; 0: none."""

    def to_dict(self) -> Mapping[str, Any]:
        """As the API shows it."""


R = TypeVar("R", bound=CountedRule)


class RuleExists(ValueError):
    """A rule with this id is armed already."""


@dataclass(slots=True)
class Armed(Generic[R]):
    """A rule with what it has done."""

    rule: R
    matches: int = 0
    """Messages that it was about, while it could still bite."""
    bites: int = 0
    """Messages that it acted on."""
    seen: Counter[str] = field(default_factory=Counter)
    """Statements among which the hottest is looked for."""
    hottest: str | None = None

    @property
    def spent(self) -> bool:
        """It has bitten as often as it may."""
        return self.rule.times is not None and self.bites >= self.rule.times

    def counts(self, text: str) -> bool:
        """Whether it acts on this message, which it is about."""
        rule = self.rule
        if rule.hottest_of:
            text = LITERAL.sub("?", text)
        if rule.hottest_of and self.hottest is None:
            self.seen[text] += 1
            if self.seen.total() >= rule.hottest_of:
                self.hottest = self.seen.most_common(1)[0][0]
            return False
        if rule.hottest_of and text != self.hottest:
            return False
        self.matches += 1
        drawn = rule.share >= 1 or random.Random(self.matches).random() < rule.share  # noqa: S311 - repeatable
        return drawn and self.matches >= rule.nth

    def shown(self) -> dict[str, Any]:
        """As the API shows it, with its counters."""
        return {**self.rule.to_dict(), "matches": self.matches, "bites": self.bites}


class ArmedRules(ABC, Generic[R]):
    """What is armed, in the order of arming; the first rule that is due acts on a message."""

    def __init__(self) -> None:
        self._armed: dict[str, Armed[R]] = {}

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self._armed

    @property
    def armed(self) -> tuple[Armed[R], ...]:
        """Every rule with its counters, spent ones too."""
        return tuple(self._armed.values())

    def arm(self, rule: R) -> Armed[R]:
        """From now on, for connections that exist, too.

        Raises:
            RuleExists: a rule with this id is armed.
        """
        if rule.id in self._armed:
            raise RuleExists(f"id must be new, got {rule.id!r}: it is armed already")
        self._armed[rule.id] = armed = Armed(rule)
        self._sort()
        return armed

    def disarm(self, rule_id: str) -> Armed[R]:
        """Take a rule out; tell every connection (``Wire.disarmed``), which may hold bytes for it.

        Raises:
            KeyError: it is not armed.
        """
        armed = self._armed.pop(rule_id)
        self._sort()
        return armed

    def spared(self, armed: Armed[R]) -> None:
        """A bite had no effect, since the server never came to that message."""
        armed.bites -= 1
        self._sort()

    def _due(
        self, candidates: Iterable[Armed[R]], text: str, matches: Callable[[R], bool]
    ) -> Armed[R] | None:
        chosen: Armed[R] | None = None
        for armed in candidates:
            if matches(armed.rule) and armed.counts(text) and chosen is None:
                chosen = armed
        if chosen is not None:
            chosen.bites += 1
            self._sort()
        return chosen

    @abstractmethod
    def _sort(self) -> None:
        """Something was armed, disarmed or spent."""
