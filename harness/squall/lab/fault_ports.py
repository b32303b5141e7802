"""Map the ports that faults need to components of a lab, or say why the lab has none."""

from __future__ import annotations

from collections.abc import Mapping

from squall_faults import Fault, FaultUnavailable
from squall_faults.catalogue import entry_of, key_of
from squall_faults.ports import (
    AppControl,
    AppCopies,
    DatabaseCluster,
    DatabaseProcess,
    DatabaseServer,
    LoadClient,
    NetworkProxy,
    RedisControl,
    RedisProcess,
    UpstreamServer,
    WireProxy,
    WorkerControl,
)
from squall_faults.toxiproxy import ToxiproxyProxy

from squall.lab.cluster import Cluster
from squall.lab.components import Components, DependencyComponent
from squall.lab.observed_database import ObservedDatabase
from squall.lab.observed_redis import ObservedRedis
from squall.lab.upstream_record import stand_in_of
from squall.lab.worker_set import WorkerSet
from squall.workload.generator import Workload


class FaultPorts:
    """The ports of one lab."""

    def __init__(
        self, parts: Components, cluster: Cluster, observed: ObservedDatabase, workload: Workload
    ) -> None:
        self.proxies: Mapping[str, ToxiproxyProxy] = {}
        """By name, once they exist."""
        self.copies: AppCopies | None = None
        """None if the provider has one copy of the app."""
        self._parts = parts
        self._withheld = dict(parts.withheld)
        self._cluster = cluster
        self._observed = observed
        self._workload = workload
        self._redis: dict[str, ObservedRedis] = {}
        """By name; one object each, since faults on the same server take turns."""

    def withhold(self, port: type, reason: str) -> None:
        """Supply it no longer: something was seen that makes its faults pointless."""
        self._withheld[port] = reason

    def supply(self, fault: Fault) -> object:
        """The component for this port.

        Raises:
            FaultUnavailable: this lab cannot supply it.
        """
        needs = entry_of(fault).needs
        refused = self._parts.withheld_faults.get(key_of(fault)) or self._withheld.get(needs)
        if refused:
            raise FaultUnavailable(refused)
        supplied: dict[type, object] = {
            DatabaseProcess: self._observed,
            DatabaseServer: self._cluster.primary,
            AppControl: self._parts.app,
            LoadClient: self._workload,
        }
        if needs in supplied:
            return supplied[needs]
        return self._by_name(needs, fault)

    def _by_name(self, needs: type, fault: Fault) -> object:
        """The component that the fault names, or the first of its kind."""
        if needs is DatabaseCluster:
            self._cluster.replication()
            return self._cluster
        if needs in (NetworkProxy, WireProxy):
            return self._proxy(str(getattr(fault, "proxy", "postgres")))
        if needs is RedisProcess:
            return self._redis_server(str(getattr(fault, "proxy", "redis")))
        if needs is UpstreamServer:
            return self._stand_in(str(getattr(fault, "dependency", "http")))
        if needs is WorkerControl:
            return self._workers(str(getattr(fault, "process", "")))
        if needs is AppCopies and self.copies is not None:
            return self.copies
        raise FaultUnavailable(f"this lab has no {needs.__name__}")

    def _stand_in(self, wanted: str) -> UpstreamServer:
        there = next(filter(None, map(stand_in_of, self._called(wanted))), None)
        if there is None:
            raise FaultUnavailable(
                f"this lab has no stand-in {wanted}: no [[tool.squall.dependencies]] of kind http"
                " declares one"
            )
        return there

    def _redis_server(self, wanted: str) -> ObservedRedis:
        proxy = self._proxy(wanted)
        name = self._named(wanted)
        server: object = next((one for one in self._parts.dependencies if one.name == name), None)
        if not isinstance(server, RedisControl):
            raise FaultUnavailable(f"{wanted} is not a dependency of kind redis")
        return self._redis.setdefault(name, ObservedRedis(server, proxy.traffic))

    def _workers(self, wanted: str) -> WorkerSet:
        found = [one for one in self._parts.workers if wanted in ("", one.name)]
        if not found:
            raise FaultUnavailable(
                f"this lab has no process {wanted or 'besides the app'}:"
                " no [[tool.squall.processes]] declares one"
            )
        return WorkerSet(found)

    def _called(self, wanted: str) -> list[DependencyComponent]:
        """The dependency with this name, then those of this kind."""
        there = self._parts.dependencies
        return [one for key in ("name", "kind") for one in there if getattr(one, key) == wanted]

    def _named(self, wanted: str) -> str:
        """This proxy, else that of the first dependency that is called so."""
        names = [one.name for one in self._called(wanted)]
        return wanted if wanted in self.proxies or not names else names[0]

    def _proxy(self, wanted: str) -> ToxiproxyProxy:
        name = self._named(wanted)
        if name not in self.proxies:
            raise FaultUnavailable(
                f"this lab has no {wanted}: no [[tool.squall.dependencies]] declares one"
            )
        return self.proxies[name]
