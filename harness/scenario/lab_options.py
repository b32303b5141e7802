"""Which lab is wanted."""

from __future__ import annotations

from dataclasses import dataclass

from harness.scenario.attached import Attach
from harness.scenario.profile import AppProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class LabOptions:
    """Which lab is wanted."""

    profile: AppProfile
    engine: str = "embedded"
    """``embedded``, ``toxiproxy``, or the path of a toxiproxy-server program."""
    seed: int = 0
    provider: str = "process"
    """``process``, ``docker``, or ``compose``: what runs already from ``docker-compose.yml``."""
    attach: Attach | None = None
    """An app and a database that run already; then there is nothing to provide."""

    @property
    def can_start_anew(self) -> bool:
        """Whether a lab can be thrown away: it is ours from the database to the app."""
        return self.attach is None and self.provider != "compose"
