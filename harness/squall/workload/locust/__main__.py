"""``python -m squall.workload.locust master|worker``: started by the harness, or on a load host."""

from __future__ import annotations

import argparse
import signal

from squall.workload.load_workers import PORT


def main() -> None:
    """Serve until the other side ends."""
    parser = argparse.ArgumentParser(prog="python -m squall.workload.locust")
    parser.add_argument("part", choices=["master", "worker"])
    parser.add_argument("--host", default="127.0.0.1", help="the master's address; * for all")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--local", type=int, default=0, help="workers to start on this machine")
    parser.add_argument("--remote", type=int, default=0, help="workers that come from elsewhere")
    parser.add_argument("--ends-with-input", action="store_true")
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the harness's to handle
    if given.part == "master":
        from squall.workload.locust.load_master import LoadMaster  # noqa: PLC0415 - an extra

        LoadMaster(given.host, given.port, local=given.local, remote=given.remote).serve()
    else:
        from squall.workload.locust.load_worker import LoadWorker  # noqa: PLC0415 - an extra

        LoadWorker(given.host, given.port).serve(ends_with_input=given.ends_with_input)


if __name__ == "__main__":
    main()
