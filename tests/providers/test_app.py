"""The app's process: any command, its environment, its log, and its last words when it fails."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from squall.core.errors import LabError
from squall.lab import readiness, supervisor
from squall.lab.providers.process import app_process as module
from squall.lab.providers.process.app_process import AppProcess
from squall.lab.providers.process.watchdog import Watchdog

SERVER = """\
import http.server, os, sys
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = 200 if self.path == os.environ.get("READY") else 503
        print("asked", self.path, os.environ.get("GREETING"))
        self.send_response(status); self.end_headers()
    def log_message(self, *a): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""

Make = Callable[..., AppProcess]


@pytest.fixture
async def make(public_directory: Path) -> AsyncIterator[Make]:
    keeper = Watchdog()
    keeper.watch_directory(public_directory)
    made: list[AppProcess] = []
    (public_directory / "server.py").write_text(SERVER)

    def new(target: str = f"{sys.executable} server.py {{port}}", **changes: Any) -> AppProcess:
        options: dict[str, Any] = {
            "factory": False, "environment": {"READY": "/ready", "GREETING": "hello"},
            "cwd": public_directory, "ready_path": "/ready",
        }  # fmt: skip
        made.append(AppProcess(public_directory, keeper, target, **{**options, **changes}))
        return made[-1]

    yield new
    for app in made:
        await app.close()
    await keeper.close()


async def test_any_command_is_started_with_its_port_environment_and_log(make: Make) -> None:
    app = make()
    await app.start()
    assert app.exit_code is None
    assert await readiness.answers_http(app.host, app.port, "/ready")
    assert "asked /ready hello" in app.log_path.read_text()


async def test_an_import_string_is_run_by_uvicorn(make: Make) -> None:
    words = make("pkg.main:create_app", factory=True).command()
    assert words[1:6] == ["-P", "-m", "uvicorn", "pkg.main:create_app", "--factory"]
    assert "--factory" not in make("pkg.main:app").command()


async def test_a_command_is_split_as_a_shell_does(make: Make) -> None:
    app = make("serve --bind '0.0.0.0:{port}' \"two words\"")
    assert app.command() == ["serve", "--bind", f"0.0.0.0:{app.port}", "two words"]


async def test_the_end_of_the_process_is_noticed_at_once(make: Make) -> None:
    app = make(f"{sys.executable} -c 'print(\"bye\"); raise SystemExit(7)' {{port}}")
    begun = time.monotonic()
    with pytest.raises(LabError) as caught:
        await app.start()
    assert time.monotonic() - begun < module.START_SECONDS / 4
    message = str(caught.value)
    assert "ended with exit code 7 (GET /ready)\n  started: " in message
    assert message.endswith("its words that matter:\n    bye")


async def test_an_app_that_does_not_get_ready_shows_its_last_words_only(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "START_SECONDS", 1.0)
    app = make(environment={"READY": "never"})
    with pytest.raises(LabError) as caught:
        await app.start()
    message = str(caught.value)
    assert "did not get ready (GET /ready)" in message
    assert "    asked /ready None" in message
    assert message.count("\n    asked") <= 12


async def test_a_program_that_is_not_there_is_told(make: Make) -> None:
    with pytest.raises(LabError, match="the app cannot be started: no-such-program: No such file"):
        await make("no-such-program {port}").start()


async def test_it_is_gone_after_the_close_and_can_be_started_anew(make: Make) -> None:
    app = make()
    for _ in range(2):
        await app.start()
        await app.close()
        assert app.exit_code == -9
        assert not await readiness.answers_http(app.host, app.port, "/ready")


FAILS_TWICE = """\
import pathlib, sys
starts = pathlib.Path("starts")
count = int(starts.read_text()) if starts.exists() else 0
starts.write_text(str(count + 1))
if count in (1, 2):
    sys.exit(f"no database at start {count}")
exec(pathlib.Path("server.py").read_text())
"""


async def test_an_app_that_ends_again_after_a_crash_is_started_until_it_stays(
    make: Make, public_directory: Path
) -> None:
    (public_directory / "fails_twice.py").write_text(FAILS_TWICE)
    app = make(f"{sys.executable} fails_twice.py {{port}}")
    await app.start()
    await app.crash()
    down_before = app.meant_to_be_down
    await app.revive()
    assert app.failed_starts == [1, 1]
    assert (down_before, app.meant_to_be_down) == (True, False)
    assert await readiness.answers_http(app.host, app.port, "/ready")
    assert "no database at start 2" in app.log_path.read_text()


async def test_a_second_crash_ends_the_starts_of_the_first(
    make: Make, public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "WAIT_SECONDS", 0.0)
    (public_directory / "fails_twice.py").write_text(FAILS_TWICE)
    app = make(f"{sys.executable} fails_twice.py {{port}}")
    await app.start()
    await app.crash()
    await app.revive()
    await app.crash()
    down = app.running
    await app.revive()
    await app.ensure()
    assert not down
    assert await readiness.answers_http(app.host, app.port, "/ready")
    assert app.times_down == 2
