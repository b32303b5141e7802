"""The rules on Redis commands of one proxy: armed, counted, looked up by every connection."""

from __future__ import annotations

from squall_faults.proxy.rules.armed_rules import Armed, ArmedRules
from squall_faults.proxy.rules.command_rule import CommandRule

ArmedCommandRule = Armed[CommandRule]


class CommandRules(ArmedRules[CommandRule]):
    """Rules on commands, and on replies to them."""

    def __init__(self) -> None:
        super().__init__()
        self._live: dict[str, tuple[ArmedCommandRule, ...]] = {"command": (), "reply": ()}

    def due(self, on: str, name: bytes) -> ArmedCommandRule | None:
        """The rule that acts on a command or on its reply, by the command's name in capitals."""
        candidates = self._live[on]
        if not candidates:
            return None
        return self._due(candidates, name.decode("latin-1"), lambda rule: rule.is_about(name))

    def _sort(self) -> None:
        """Spent rules cost nothing."""
        live = [armed for armed in self._armed.values() if not armed.spent]
        self._live = {
            on: tuple(armed for armed in live if armed.rule.on == on) for on in ("command", "reply")
        }
