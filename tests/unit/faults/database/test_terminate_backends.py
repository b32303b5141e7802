"""``database.terminate_backends``: one statement at injection, nothing to undo."""

from __future__ import annotations

from typing import Any

import pytest

from faults import InjectionFailed, TerminateBackends, within


async def test_the_apps_sessions_are_ended_once_and_the_own_one_is_closed(server: Any) -> None:
    port = server({"pg_terminate_backend": 12})
    async with within(TerminateBackends(), port) as injection:
        assert port.open == 0
        bite = await injection.bite()
    assert len(port.said) == 1
    assert "application_name NOT LIKE 'squall-%'" in port.said[0]
    assert (bite.count, bite.what) == (12, "sessions terminated")


async def test_a_server_that_lets_nobody_in_is_an_error(server: Any) -> None:
    with pytest.raises(InjectionFailed, match="too many clients"):
        async with within(TerminateBackends(), server(room=0)):
            pytest.fail("must not be entered")
