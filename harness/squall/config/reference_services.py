"""The reference app with what it may use besides its database: Redis, a carrier, and a worker.

As a table it would be:

[[tool.squall.dependencies]]
name = "redis"
kind = "redis"
environment = {REDIS_URL = "{url}/0"}

[[tool.squall.dependencies]]
name = "carrier"
kind = "http"
environment = {CARRIER_URL = "{url}"}
answers = [{path = "/prices/1", json = {price = 1037, currency = "EUR"}}, …]

[[tool.squall.processes]]
name = "worker"
command = "python -m squall_reference.worker"
"""

from __future__ import annotations

import dataclasses

from squall.config.dependencies import AppWorker, Dependency
from squall.config.profile import REFERENCE
from squall.config.upstream_answers import DeclaredAnswer
from squall.workload.operations import Operation

HOT = "{int:1..20}"
"""Few items are asked for often: else nothing would ever be found in the cache."""
OFFERED = 20
"""Items with a price. Each has its own, so that a default one shows."""

REDIS = Dependency(name="redis", kind="redis", environment={"REDIS_URL": "{url}/0"})
CARRIER = Dependency(
    name="carrier",
    kind="http",
    environment={"CARRIER_URL": "{url}"},
    answers=(
        *(
            DeclaredAnswer(
                path=f"/prices/{item}", json={"price": 1000 + 37 * item, "currency": "EUR"}
            )
            for item in range(1, OFFERED + 1)
        ),
        DeclaredAnswer(path="/parcels", method="POST", status=201, json={"label": "EX-1"}),
    ),
)
WORKER = AppWorker(name="worker", command="python -m squall_reference.worker")


def _placing(name: str, path: str) -> Operation:
    return Operation(
        name=name,
        method="POST",
        path=path,
        effect="idempotent-write",
        body={"item_id": HOT, "quantity": "{int:1..3}"},
        headers={"Idempotency-Key": "{key}"},
        read_back=f"{path}/{{answer.id}}",
    )


WITH_SERVICES = dataclasses.replace(
    REFERENCE,
    name="reference-with-services",
    contract=dataclasses.replace(REFERENCE.contract, most_sessions=22),  # and one for the worker
    dependencies=(REDIS, CARRIER),
    processes=(WORKER,),
    operations=(
        Operation(name="read-item", method="GET", path=f"/items/{HOT}", effect="read", weight=2),
        _placing("place-order", "/orders"),
        _placing("send-parcel", "/parcels"),
        Operation(name="read-offer", method="GET", path=f"/items/{HOT}/offer", effect="read"),
    ),
    written_keys="SELECT idempotency_key, count(*) FROM orders GROUP BY idempotency_key"
    " UNION ALL SELECT idempotency_key, count(*) FROM parcels GROUP BY idempotency_key",
    eventually={
        "notices": "SELECT count(*) FROM parcels"
        " WHERE NOT EXISTS (SELECT FROM notices WHERE parcel_id = parcels.id)"
    },
)
