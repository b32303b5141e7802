"""Options of a lab."""

from __future__ import annotations

from dataclasses import dataclass

from squall.config.profile import AppProfile
from squall.lab.credentials import fresh_password
from squall.lab.endpoint import free_port
from squall.lab.providers.attached.attach import Attach
from squall.workload.generator import Workload
from squall.workload.load_workers import LoadWorkers


@dataclass(frozen=True, slots=True, kw_only=True)
class LabOptions:
    """Options of a lab."""

    profile: AppProfile
    engine: str = "embedded"
    """``embedded``, ``toxiproxy``, or the path of a toxiproxy-server program."""
    seed: int = 0
    provider: str = "process"
    """``process``, ``docker``, or ``compose``: the containers that ``docker-compose.yml``
    started.
    """
    attach: Attach | None = None
    """An app and a database that are already running. Nothing is started then."""

    error_budget: int | None = None
    """Requests that may fail over all runs, before everything is healed and stopped."""
    load: LoadWorkers | None = None
    """Who sends the load; None for one generator on this machine."""

    open_engine: bool = False
    """Whether the API of Squall's engine accepts requests from all processes of this machine, such
    as Toxiproxy's own clients; otherwise only the harness can use it.
    """

    @property
    def engine_token(self) -> str:
        """A new token for an engine of this lab; empty if the engine is open."""
        return "" if self.open_engine else fresh_password()

    def workload(self) -> Workload:
        """The load's generator, not started.

        Raises:
            LabError: it needs a library that is not installed.
        """
        route = "" if self.attach is None else self.attach.route
        if self.load is None:
            return Workload(route=route)
        command, seconds = self.load.master(free_port()), self.load.wait_seconds
        return Workload(command, ready_seconds=seconds, route=route)

    @property
    def can_start_anew(self) -> bool:
        """Whether a lab can be replaced: Squall starts all of it, from the database to the app."""
        return self.attach is None and self.provider != "compose"
