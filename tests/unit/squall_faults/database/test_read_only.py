"""``database.read_only``: a setting for the server, and back; refused statements are the bite."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, InjectionFailed, ReadOnly, within

SET = "ALTER SYSTEM SET default_transaction_read_only = on"
RESET = "ALTER SYSTEM RESET default_transaction_read_only"
RELOAD = "SELECT pg_reload_conf()"


async def test_the_order_of_statements_and_the_bite(server: Any) -> None:
    refusal = "ERROR:  cannot execute INSERT in a read-only transaction"
    port = server()
    port.log = [refusal]
    async with within(ReadOnly(), port) as injection:
        port.log += ["LOG:  checkpoint starting", refusal, refusal]
        bite = await injection.bite()
    assert port.said == ["SET default_transaction_read_only = off", SET, RELOAD, RESET, RELOAD]
    assert port.open == 0
    assert (bite.count, bite.what) == (2, "statements refused")


async def test_a_refused_setting_is_reset_all_the_same(server: Any) -> None:
    port = server(refuses=SET)
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(ReadOnly(), port):
            pytest.fail("must not be entered")
    assert port.said[-2:] == [RESET, RELOAD]


async def test_a_setting_that_cannot_be_reset_is_told_as_a_failed_cure(server: Any) -> None:
    with pytest.raises(HealFailed, match=r"ReadOnly\(\) could not be undone"):
        async with within(ReadOnly(), server(refuses=RESET)):
            pass
