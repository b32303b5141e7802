"""The shape of a stream of server-sent events that ended by itself.

    data: a          {"": "stream", "[3f2c]": 3}    three events, and the digest of the last one
    data: b
    event: done

The number stands under the name of the last event: two streams are compared only if they end alike.
A client reconnects when a stream breaks off (HTML, 9.2.3), but not after "done".
"""

from __future__ import annotations

import json
import re

from squall.history.shape import text_digest

STREAM = "stream"
TELLS_AN_ERROR = re.compile(
    r"^event:.*(err|fail|abort)|^data:.*\"errors?\"", re.IGNORECASE | re.MULTILINE
)


def describe_stream(text: str) -> str:
    """The shape as JSON text; empty if it has no events, or if one of them tells of an error."""
    blocks = re.split(r"\n\n+", text.replace("\r\n", "\n"))
    events = [block for block in blocks if re.search(r"^data:", block, re.MULTILINE)]
    if not events or TELLS_AN_ERROR.search(text):
        return ""
    last = re.sub(r"^(id|retry):.*\n?|^:.*\n?", "", events[-1], flags=re.MULTILINE)
    shape = {"": STREAM, f"[{text_digest(last)}]": len(events)}
    return json.dumps(shape, separators=(",", ":"))
