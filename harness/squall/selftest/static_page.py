"""``python -m squall.selftest.static_page PORT``: an app that answers everything from memory."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY = b'{"status": "ok", "id": 1, "item_id": 1, "quantity": 1}'


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        self.send_response(200 if self.command == "GET" else 201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Log nothing: the log must be clean."""


def main() -> None:
    """Serve until it is killed."""
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Page).serve_forever()


if __name__ == "__main__":
    main()
