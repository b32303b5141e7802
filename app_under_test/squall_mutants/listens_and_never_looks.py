"""Jobs come by NOTIFY only.

Mistake: whoever does not listen at that moment never hears of them, and nobody looks for the rest.
Outage: the worker ends, and its next version starts a second later.
Symptom: the jobs of that second stay pending.
"""

from __future__ import annotations

import asyncio
import signal

import asyncpg
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders.model import OrderRequest
from squall_reference.services import parcels
from squall_reference.services.parcels import Sent
from squall_reference.settings import DRIVER, Settings

from squall_mutants.shared import replace

SET = "services"
EXPOSED_BY = ("worker-redeployed", "worker-crashed")
CAUGHT_BY = ("work-is-done",)
WORKER = True

careful = parcels.send
TELL = "INSERT INTO notices (parcel_id) VALUES ($1)"
DONE = "UPDATE outbox SET done_at = now() WHERE parcel_id = $1"


async def send(held: AsyncConnection, wanted: OrderRequest, label: str, key: str) -> Sent:
    """And tell the worker."""
    sent = await careful(held, wanted, label, key)
    await held.execute(text("SELECT pg_notify('parcels', :id)"), {"id": str(sent.parcel.id)})
    return sent


def create_app() -> FastAPI:
    """The reference app that tells its worker what to do."""
    replace(parcels, "send", send)
    return main.create_app()


async def listen() -> None:
    """Do what it hears of."""
    told_to_end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told_to_end.set)
    url = str(Settings().database_url).replace(DRIVER, "postgresql")  # type: ignore[call-arg] # environment
    heard: asyncio.Queue[int] = asyncio.Queue()
    listening, working = await asyncpg.connect(url), await asyncpg.connect(url)
    await listening.add_listener("parcels", lambda *words: heard.put_nowait(int(words[-1])))
    ending = asyncio.create_task(told_to_end.wait())
    while not told_to_end.is_set():
        job = asyncio.create_task(heard.get())
        await asyncio.wait({job, ending}, return_when=asyncio.FIRST_COMPLETED)
        if job.done():
            async with working.transaction():
                await working.execute(TELL, job.result())
                await working.execute(DONE, job.result())


if __name__ == "__main__":
    asyncio.run(listen())
