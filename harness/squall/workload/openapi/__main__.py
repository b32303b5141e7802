"""``python -m squall.workload.openapi``: bodies for the writes of a document, one per line.

    stdin   {"document": {…}, "seed": n, "drawn": null or titles}
    stdout  {"title": "POST /orders", "bodies": [...]}  or  {"title": …, "reason": "…"}

A separate process, because a schema can require any amount of work: it can be terminated, and its
memory is limited.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from typing import Any

from squall.workload.openapi.derive import make_bodies
from squall.workload.openapi.document import read_document

MEMORY_BYTES = 2 << 30


def main() -> None:
    """Read one request, and write the bodies as they are generated."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    asked = json.loads(sys.stdin.buffer.read())
    out = sys.stdout
    sys.stdout = sys.stderr  # a library that prints must not corrupt the output

    def say(title: str, made: Any) -> None:  # noqa: ANN401 - JSON
        key = "reason" if isinstance(made, str) else "bodies"
        out.write(json.dumps({"title": title, key: made}) + "\n")
        out.flush()

    make_bodies(read_document(asked["document"]), asked["seed"], say, asked.get("drawn"))


if __name__ == "__main__":
    main()
