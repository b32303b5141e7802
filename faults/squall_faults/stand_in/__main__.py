"""The stand-in as a program: ``python -m squall_faults.stand_in --port 8080 --answers FILE``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from pathlib import Path

from squall_faults.proxy.api import http
from squall_faults.stand_in.answer_book import AnswerBook
from squall_faults.stand_in.stand_in_api import StandInApi
from squall_faults.stand_in.stand_in_server import MAX_HEAD, StandInServer

START_ERROR = 3
TOKEN_VARIABLE = "SQUALL_STAND_IN_TOKEN"  # noqa: S105 - a name
"""Who may use the API: an environment variable, since arguments are shown to every user."""
HOST = "127.0.0.1"
BACKLOG = 512


async def run(answers: AnswerBook, port: int, token: str) -> None:
    """Serve until SIGTERM or SIGINT. The first line on stdout has both addresses."""
    stand_in = StandInServer(answers)
    api = http.Server(StandInApi(stand_in, token).handle)
    serving = await asyncio.start_server(
        stand_in.__call__, HOST, port, limit=MAX_HEAD, backlog=BACKLOG
    )
    control = await asyncio.start_server(api.__call__, HOST, 0, limit=http.MAX_HEAD)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    where = {
        "listening": f"{HOST}:{serving.sockets[0].getsockname()[1]}",
        "api": f"{HOST}:{control.sockets[0].getsockname()[1]}",
    }
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(where) + "\n")
        sys.stdout.flush()
    await stopped.wait()
    serving.close()
    control.close()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="squall-stand-in", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port towards the app; 0: any")
    parser.add_argument("--answers", type=Path, required=True, help="JSON file of answers")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        answers = AnswerBook.read(chosen.answers.read_bytes())
        asyncio.run(run(answers, chosen.port, os.environ.pop(TOKEN_VARIABLE, "")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"squall-stand-in: {error}\n")
        raise SystemExit(START_ERROR) from error


if __name__ == "__main__":
    main()
