"""Bodies for the writes of a document, generated in a process that can be terminated."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from typing import Any

from squall.core.child_programs import clean_environment, python_module, signal_child
from squall.lab.providers.process.postgres_binaries import cache_directory
from squall.workload.openapi.derive import wanted_writes
from squall.workload.openapi.document import ApiDocument

BODIES_SECONDS = 20.0
LINE_BYTES = 4 << 20


async def make_bodies(
    document: ApiDocument, seed: int, drawn: Collection[str] | None = None
) -> Mapping[str, tuple[Any, ...] | str]:
    """Bodies of all writes, generated in a child process with a time limit.

    ``drawn``: titles of writes whose likely bodies were refused. Their bodies are drawn from the
    schema.
    """
    titles = [one.title for one in wanted_writes(document) if drawn is None or one.title in drawn]
    made: dict[str, tuple[Any, ...] | str] = {}
    if not titles:
        return made
    asked = {"document": document.raw, "seed": seed, "drawn": None if drawn is None else titles}
    await _run(asked, made)
    rest = f"no body could be made from its schema within {BODIES_SECONDS:g} s"
    return {**dict.fromkeys(titles, rest), **made}


async def _run(asked: object, made: dict[str, tuple[Any, ...] | str]) -> None:
    """Generate them in a child process. Bodies finished within the time limit are used."""
    child = await asyncio.create_subprocess_exec(
        *python_module("squall.workload.openapi"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Hypothesis stores its Unicode tables in this directory, not in the app's.
        env={
            **clean_environment(),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(cache_directory() / "hypothesis"),
        },
        limit=LINE_BYTES,
    )
    try:
        async with asyncio.timeout(BODIES_SECONDS):
            await _read_bodies(child, asked, made)
    except (TimeoutError, ValueError, ConnectionError):
        pass  # the others have no bodies
    finally:
        signal_child(child)
        await child.wait()


async def _read_bodies(
    child: asyncio.subprocess.Process, asked: object, made: dict[str, tuple[Any, ...] | str]
) -> None:
    if child.stdin is None or child.stdout is None:
        return
    child.stdin.write(json.dumps(asked).encode())
    child.stdin.close()
    while line := await child.stdout.readline():
        said = json.loads(line)
        made[said["title"]] = said["reason"] if "reason" in said else tuple(said["bodies"])
