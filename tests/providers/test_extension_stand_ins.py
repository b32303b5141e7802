"""Migrations that ask for an extension which the server lacks: a stand-in in SQL, and no secret."""

from __future__ import annotations

import uuid
from pathlib import Path

import asyncpg
import pytest
from squall.lab.providers.process import extension_stand_ins as module
from squall.lab.providers.process.extension_stand_ins import USED, stand_in_settings
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.setup import stand_ins_used


async def test_a_stand_in_gives_what_the_extension_gives_and_is_told(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SQUALL_PG_BIN", raising=False)
    keeper = Watchdog()
    keeper.watch_directory(public_directory)
    server = PostgresProcess(public_directory, keeper)
    try:
        await server.start()
        assert await stand_ins_used(server) == []
        app = await asyncpg.connect(server.url, timeout=5, ssl=False)
        await app.execute('CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION IF NOT EXISTS pgcrypto')
        named, timed, drawn = await app.fetchrow(
            "SELECT uuid_generate_v3(uuid_ns_dns(), 'python.org'), uuid_generate_v1(),"
            " uuid_generate_v4()"
        )
        assert str(named) == str(uuid.uuid3(uuid.NAMESPACE_DNS, "python.org"))
        assert (timed.version, drawn.version) == (1, 4)
        assert abs(uuid.UUID(str(timed)).time - uuid.uuid1().time) < 60 * 10**7
        digest, drawn = await app.fetchrow("SELECT digest('a', 'sha256'), gen_random_bytes(20)")
        assert (digest.hex()[:8], len(drawn)) == ("ca978112", 20)
        with pytest.raises(asyncpg.RaiseError, match="crypt is not in the stand-in for pgcrypto"):
            await app.execute("SELECT crypt('a', 'b')")
        await app.close()
        assert await stand_ins_used(server) == ["pgcrypto", "uuid-ossp"]
    finally:
        await server.close()
        await keeper.close()


@pytest.mark.parametrize(("version", "some"), [(17, False), (18, True)])
def test_an_older_server_looks_in_its_own_place_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, *, some: bool
) -> None:
    monkeypatch.setattr(module, "_major_version", lambda _binaries: version)
    assert bool(stand_in_settings(tmp_path, tmp_path / "place", None)) == some
    assert "squall" in USED
