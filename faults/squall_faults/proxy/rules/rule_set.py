"""The rules of one proxy: armed, counted, looked up by every connection."""

from __future__ import annotations

from squall_faults.proxy.postgres.prepared_names import CLOSES_ALL, text_of
from squall_faults.proxy.postgres.session_settings import is_about_settings
from squall_faults.proxy.rules.armed_rules import Armed, ArmedRules
from squall_faults.proxy.rules.rule import Rule

MAX_KNOWN = 1024
LONGEST_KNOWN = 1024
"""What is known to be harmless takes 1 MiB at most."""

ArmedRule = Armed[Rule]


class RuleSet(ArmedRules[Rule]):
    """Rules on PostgreSQL's messages, and what none of them is about."""

    def __init__(self) -> None:
        super().__init__()
        self.startup: tuple[Armed[Rule], ...] = ()
        self.statement: tuple[Armed[Rule], ...] = ()
        self.reply: tuple[Armed[Rule], ...] = ()
        self.version = 0
        """Grows when another rule can act, or one no longer can."""
        self.about_everything = False
        """Some rule acts on statements or their first answers, whatever they say."""
        self._harmless: dict[bytes, bool] = {}
        self.harmless_tags: set[bytes] = set()
        """Bodies of CommandComplete that were found to be harmless."""

    def due_at_startup(self, parameters: str) -> Armed[Rule] | None:
        """The rule that acts on a StartupMessage."""
        return self._due(self.startup, parameters, lambda rule: rule.matches(parameters, ""))

    def due_on_statement(self, sql: str, status: str) -> Armed[Rule] | None:
        """The rule that acts on a statement before the server sees it."""
        return self._due(self.statement, sql, lambda rule: rule.matches(sql, status))

    def due_on_reply(
        self, sql: str, status: str, *, tag: str | None, begins: bool
    ) -> Armed[Rule] | None:
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
