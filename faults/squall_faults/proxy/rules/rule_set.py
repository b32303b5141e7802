"""The rules of one proxy: armed, counted, looked up by every connection."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from squall_faults.proxy.postgres.prepared_names import CLOSES_ALL, text_of
from squall_faults.proxy.postgres.session_settings import is_about_settings
from squall_faults.proxy.rules.rule import Rule

MAX_KNOWN = 1024
LONGEST_KNOWN = 1024
"""What is known to be harmless takes 1 MiB at most."""


@dataclass(slots=True)
class Armed:
    """A rule with what it has done."""

    rule: Rule
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

    def counts(self, sql: str) -> bool:
        """Whether it acts on this message, which it is about."""
        rule = self.rule
        if rule.hottest_of and self.hottest is None:
            self.seen[sql] += 1
            if self.seen.total() >= rule.hottest_of:
                self.hottest = self.seen.most_common(1)[0][0]
            return False
        if rule.hottest_of and sql != self.hottest:
            return False
        self.matches += 1
        drawn = rule.share >= 1 or random.Random(self.matches).random() < rule.share  # noqa: S311 - repeatable
        return drawn and self.matches >= rule.nth


class RuleSet:
    """What is armed, in the order of arming; the first rule that is due acts on a message."""

    def __init__(self) -> None:
        self._armed: dict[str, Armed] = {}
        self.startup: tuple[Armed, ...] = ()
        self.statement: tuple[Armed, ...] = ()
        self.reply: tuple[Armed, ...] = ()
        self.version = 0
        """Grows when another rule can act, or one no longer can."""
        self.about_everything = False
        """Some rule acts on statements or their first answers, whatever they say."""
        self._harmless: dict[bytes, bool] = {}
        self.harmless_tags: set[bytes] = set()
        """Bodies of CommandComplete that were found to be harmless."""

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self._armed

    @property
    def armed(self) -> tuple[Armed, ...]:
        """Every rule with its counters, spent ones too."""
        return tuple(self._armed.values())

    def arm(self, rule: Rule) -> Armed:
        """From now on, for connections that exist, too.

        Raises:
            ValueError: a rule with this id is armed.
        """
        if rule.id in self._armed:
            raise ValueError(f"id must be new, got {rule.id!r}: it is armed already")
        self._armed[rule.id] = armed = Armed(rule)
        self._sort()
        return armed

    def disarm(self, rule_id: str) -> Armed:
        """Take a rule out; tell every connection (``Wire.disarmed``), which may hold bytes for it.

        Raises:
            KeyError: it is not armed.
        """
        armed = self._armed.pop(rule_id)
        self._sort()
        return armed

    def due_at_startup(self, parameters: str) -> Armed | None:
        """The rule that acts on a StartupMessage."""
        return self._due(self.startup, parameters, lambda rule: rule.matches(parameters, ""))

    def due_on_statement(self, sql: str, status: str) -> Armed | None:
        """The rule that acts on a statement before the server sees it."""
        return self._due(self.statement, sql, lambda rule: rule.matches(sql, status))

    def due_on_reply(self, sql: str, status: str, *, tag: str | None, begins: bool) -> Armed | None:
        """The rule that acts on an answer; ``tag`` of a CommandComplete, ``begins`` if it does."""
        return self._due(
            self.reply,
            sql,
            lambda rule: (
                (begins if rule.tag is None else rule.matches_tag(tag))
                and rule.matches(sql, status)
            ),
        )

    def harmless(self, sql: bytes) -> bool:
        """Whether it need not be looked at: it is about no setting of the session, and no rule
        acts on it or on its first answer, in any status.
        """
        known = self._harmless.get(sql)
        if known is not None:
            return known
        text = sql.decode("utf-8", "replace")
        found = not is_about_settings(sql) and not any(
            rule.is_about(text) for rule in self._on_statements()
        )
        if len(sql) <= LONGEST_KNOWN:
            if len(self._harmless) >= MAX_KNOWN:
                self._harmless.clear()
            self._harmless[sql] = found
        return found

    def harmless_tag(self, body: bytes) -> bool:
        """Whether no rule acts on a CommandComplete with this body, and no name ends with it."""
        tag = text_of(body).decode("utf-8", "replace")
        if body in CLOSES_ALL or any(armed.rule.matches_tag(tag) for armed in self.reply):
            return False
        if len(self.harmless_tags) >= MAX_KNOWN:
            self.harmless_tags.clear()
        self.harmless_tags.add(body)
        return True

    def _on_statements(self) -> list[Rule]:
        replies = (armed for armed in self.reply if armed.rule.tag is None)
        return [armed.rule for armed in (*self.statement, *replies)]

    def spared(self, armed: Armed) -> None:
        """A bite had no effect, since the server never came to that message."""
        armed.bites -= 1
        self._sort()

    def _due(
        self, candidates: Iterable[Armed], sql: str, matches: Callable[[Rule], bool]
    ) -> Armed | None:
        chosen: Armed | None = None
        for armed in candidates:
            if matches(armed.rule) and armed.counts(sql) and chosen is None:
                chosen = armed
        if chosen is not None:
            chosen.bites += 1
            self._sort()
        return chosen

    def _sort(self) -> None:
        """Spent rules cost nothing."""
        before = (self.startup, self.statement, self.reply)
        live = [armed for armed in self._armed.values() if not armed.spent]
        self.startup = tuple(armed for armed in live if armed.rule.on == "startup")
        self.statement = tuple(armed for armed in live if armed.rule.on == "statement")
        self.reply = tuple(armed for armed in live if armed.rule.on == "reply")
        if before != (self.startup, self.statement, self.reply):
            self.version += 1
            self._harmless.clear()
            self.harmless_tags.clear()
            self.about_everything = any(rule.statement is None for rule in self._on_statements())
