"""The stubs are what they stand for: a helper that drifts from the port proves nothing."""

from __future__ import annotations

from typing import Any

from squall_faults.ports import DatabaseCluster, DatabaseProcess, DatabaseServer, DatabaseSession


async def test_the_stubs_are_what_faults_need(stub: Any, server: Any, cluster: Any) -> None:
    assert isinstance(cluster(), DatabaseCluster)
    assert isinstance(stub(), DatabaseProcess)
    assert isinstance(server(), DatabaseServer)
    async with server().session() as session:
        assert isinstance(session, DatabaseSession)
