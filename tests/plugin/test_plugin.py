"""The plugin inside an inner pytest: fixture, files, options, header, table, failure text."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.scenario

USES_FIXTURE = """
    def test_crash(squall):
        run = squall.run("database-crash-restart")
        assert run.passed
"""

SCENARIO = """\
squall: 1
name: slow
story: a little slow
steps:
  - {{at_seconds: 0, fault: network.latency, latency_ms: 20, lasting_seconds: 0.3}}
gates:
  recovery-time: {{within_ms: {limit}}}
  availability: {{during_min: {share}}}
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An inner pytest in a process of its own, without our own ini file and environment."""
    for name in ("SQUALL_APP", "SQUALL_ENGINE", "SQUALL_SEED"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    return pytester


def test_the_fixture_runs_an_outage_and_the_table_shows_it(inner: pytest.Pytester) -> None:
    inner.makepyfile(USES_FIXTURE)
    result = inner.runpytest_subprocess("--squall-seed", "5")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["squall: *engine embedded, seed 5", "*= squall =*", "database-crash-restart *pass"]
    )


def test_scenario_files_are_tests_and_a_failure_says_how_to_repeat_it(
    inner: pytest.Pytester,
) -> None:
    inner.path.joinpath("good.squall.yaml").write_text(SCENARIO.format(limit=400, share=0.5))
    inner.path.joinpath("bad.squall.yaml").write_text(
        SCENARIO.format(limit=400, share=1).replace("20,", "900,").replace("0.3}", "1.6}")
    )
    result = inner.runpytest_subprocess("--squall-seed", "6")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*fail availability: during the outage*",
            "*network.latency injected*",
            "again: pytest 'bad.squall.yaml::bad' --squall-seed 6 --squall-engine embedded",
        ]
    )


def test_a_bad_scenario_file_is_told_with_its_line_and_without_a_traceback(
    inner: pytest.Pytester,
) -> None:
    inner.path.joinpath("bad.squall.yaml").write_text("squall: 1\nnme: x\n")
    result = inner.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*bad.squall.yaml:2: a scenario has no 'nme'; did you mean name?"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_each_worker_of_xdist_has_a_lab_and_the_seed_is_shared(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(2))
        def test_slow(squall, number, worker_id):
            run = squall.run("slow-network")  # its verdict is not what is tested: two labs at once
            assert run.evidence.ops
            assert run.seed == 9
        """
    )
    result = inner.runpytest_subprocess("-n", "2", "--squall-seed", "9")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["slow-network *", "slow-network *"])


def test_without_the_plugin_nothing_of_it_is_there(inner: pytest.Pytester) -> None:
    inner.makepyfile("def test_nothing():\n    pass\n")
    result = inner.runpytest_subprocess("-p", "no:squall")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("squall:*")


@pytest.mark.parametrize(
    ("ini", "environment", "option", "seed"),
    [("1", None, None, 1), ("1", "2", None, 2), ("1", "2", "3", 3)],
)
def test_option_beats_environment_beats_ini(
    inner: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    ini: str,
    environment: str | None,
    option: str | None,
    seed: int,
) -> None:
    inner.makeini(f"[pytest]\nsquall_seed = {ini}\nasyncio_default_fixture_loop_scope = function\n")
    inner.makepyfile("def test_nothing():\n    pass\n")
    if environment:
        monkeypatch.setenv("SQUALL_SEED", environment)
    chosen = ["--squall-seed", option] if option else []
    result = inner.runpytest_subprocess(*chosen)
    result.stdout.fnmatch_lines([f"squall: *seed {seed}"])


def test_a_bad_seed_is_a_usage_error(inner: pytest.Pytester) -> None:
    result = inner.runpytest_subprocess("--squall-seed", "many")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--squall-seed must be a whole number, got 'many'"])


def test_loading_the_plugin_imports_nothing_heavy(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others may be as heavy as they like
    inner.makepyfile(
        """
        import sys

        def test_light():
            heavy = {"aiohttp", "asyncpg", "rich", "requests", "yaml"}
            assert not heavy & set(sys.modules)
        """
    )
    result = inner.runpytest_subprocess("-p", "harness.pytest_plugin")
    result.assert_outcomes(passed=1)
