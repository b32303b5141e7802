"""The plugin inside an inner pytest: fixture, files, options, header, table, failure text."""

from __future__ import annotations

from pathlib import Path

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
    names = ("APP", "FACTORY", "ENGINE", "PROVIDER", "SEED", "ONLY", "REQUIRE")
    for name in (f"SQUALL_{name}" for name in names):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SQUALL_APP", "reference")
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
        SCENARIO.format(limit=400, share=1).replace("20,", "900,").replace("0.3}", "3}")
    )
    result = inner.runpytest_subprocess("--squall-seed", "6")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "slow: fail: *",
            "*- squall: slow -*",
            "*fail availability: during the outage*",
            "reproduce: pytest bad.squall.yaml::bad --squall-seed 6 --squall-engine embedded*",
            "*- squall: timeline of slow -*",
            "*network.latency injected*",
            "*- squall: connections of the app in slow -*",
            "before  * at its end, * at most, * idle in transaction at most",
            "orders_breaker_state: closed*",
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


def test_a_failed_assertion_says_which_outage_why_and_how_to_repeat_it(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    source = Path(__file__).parents[1] / "broken_apps/status_500.py"
    (inner.path / "broken_app.py").write_text(source.read_text("utf-8"), "utf-8")
    # Its API and its migrations are those of the reference app.
    (inner.path / "pyproject.toml").write_text('[tool.squall]\napp = "reference"\n', "utf-8")
    # Longer than the app's deadline: no retry hides the defect.
    inner.makepyfile(
        """
        def test_silence(squall):
            run = squall.run("silent-network")
            assert run.passed

        def test_shorter(squall):
            assert squall.run("silent-network")
        """
    )
    broken = "broken_app:create_app"
    result = inner.runpytest_subprocess(
        "--squall-seed", "5", "--squall-app", broken, "--squall-factory", "true"
    )
    result.assert_outcomes(failed=2)
    why = "silent-network seed 5: *: *"
    result.stdout.fnmatch_lines(
        [
            f"E * where False = <Run {why}*",
            "*- squall: silent-network -*",
            "  why: *",
            "  remedy: * (squall explain *)",
            f"reproduce: pytest *::test_silence* --squall-seed 5 * --squall-app {broken}*",
            "*- squall: timeline of silent-network -*",
            "*steady state *",
            "*- squall: connections of the app in silent-network -*",
            f"E * assert <Run {why}*",
            "FAILED *::test_silence - silent-network: *",
            "FAILED *::test_shorter - silent-network: *",
        ]
    )
    result.stdout.no_fnmatch_line("*Evidence(*")


BY_HAND = """
    import pytest
    import squall_faults as faults

    def test_the_lab_and_a_fault_by_hand(squall):
        client = squall.lab.client
        assert squall.lab.database_url.startswith("postgresql://")
        assert squall.lab.database_url != squall.lab.app_database_url
        calm = client.get("/items/1")
        assert (calm.status, calm.json()["id"]) == (200, 1)
        with squall.inject("network.latency", latency_ms=300) as slow:
            answer = client.get("/items/2")
        assert answer.seconds > 0.25 or answer.status == 503
        assert slow.bites > 0
        assert client.get("/items/1").seconds < 0.25

    def test_a_fault_that_touches_nothing(squall):
        with squall.inject("wire.error_reply", sqlstate="57014", statement="never sent"):
            pass

    def test_a_fault_that_may_miss(squall):
        never = faults.ErrorReply(sqlstate="57014", statement="never sent")
        with squall.inject(never, may_miss=True) as missed:
            pass
        assert missed.bites == 0

    def test_a_wrong_word(squall):
        with squall.inject("network.latency", latency=1):
            pass

    def test_options(squall):
        run = squall.run("slow-network")
        assert any(finding.gate.startswith("p95 during") for finding in run.findings)
"""


def test_a_lab_and_faults_by_hand(inner: pytest.Pytester) -> None:
    inner.makepyfile(BY_HAND)
    options = ("--squall-gates", "p95 during <= 9 s", "--squall-output", "reports")
    result = inner.runpytest_subprocess("--squall-seed", "5", *options)
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*FaultMissed: * touched nothing; if that is right here, pass may_miss=True",
            "squall: network.latency has no attribute 'latency'; it has: *latency_ms*",
            "slow-network *",
        ]
    )
    assert result.stdout.lines[-1] == "squall report: reports/index.html"
    assert (inner.path / "reports/index.html").is_file()
    assert result.stdout.str().count("Traceback") == 0


def test_a_wrong_app_is_one_message(inner: pytest.Pytester) -> None:
    inner.makepyfile("def test_it(squall): squall.run('slow-network')")
    result = inner.runpytest_subprocess("--squall-app", "no_such_module:app")
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert "squall: " in text
    assert "During handling" not in text
    failure, _, _ = text.partition("short test summary info")  # in CI it has all of it again
    assert failure.count("squall: the app no_such_module:app ended with exit code") == 1


MARKED = """
    import pytest

    @pytest.mark.outage("smoke")
    def test_each(squall, outage): {body}

    @pytest.mark.outage("app-crash")
    def test_marked(squall): {body}

    def test_unknown(squall):
        squall.run("slow-network")

    def test_other(): pass
"""


def test_a_mark_makes_a_test_of_each_outage_and_only_chooses(inner: pytest.Pytester) -> None:
    inner.makepyfile(MARKED.format(body="pass"))
    inner.path.joinpath("own.squall.yaml").write_text(
        SCENARIO.format(limit=400, share=0.5) + "tags: [database]\n"
    )
    result = inner.runpytest_subprocess("--collect-only", "-q", "--strict-markers")
    result.stdout.fnmatch_lines(["*::test_each[[]commit-reply-lost[]]", "*::test_other"])
    only = ("--squall-only", "database,app-crash")
    result = inner.runpytest_subprocess("--collect-only", "-q", *only)
    result.stdout.fnmatch_lines(
        ["own.squall.yaml::own", "*::test_each[[]database-crash-restart[]]", "*::test_marked",
         "*::test_unknown"]
    )  # fmt: skip
    result.stdout.no_fnmatch_line("*slow-network*")
    result.stdout.no_fnmatch_line("*test_other*")


def test_what_the_pyproject_leaves_out_is_skipped_unless_it_is_named(
    inner: pytest.Pytester,
) -> None:
    inner.makepyfile("""
        import pytest

        @pytest.mark.outage("smoke")
        def test_smoke(outage): pass

        @pytest.mark.outage("slow-network")
        def test_named(outage): pass
    """)
    table = inner.path / "pyproject.toml"
    table.write_text('[tool.squall.skip]\nslow-network = "it is slow"\n')
    result = inner.runpytest_subprocess("-rs")
    result.assert_outcomes(passed=6, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*it is slow"])
    table.write_text('[tool.squall.skip]\nslow-netwrk = "it is slow"\n')
    result = inner.runpytest_subprocess()
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*skip: slow-netwrk: there is no such outage or tag*"])


def test_what_is_not_chosen_is_only_known_when_it_is_asked_for(inner: pytest.Pytester) -> None:
    inner.makepyfile(MARKED.format(body="pass"))
    result = inner.runpytest_subprocess("-rs", "--squall-only", "app-crash")
    result.assert_outcomes(passed=1, skipped=1, deselected=7)
    result.stdout.fnmatch_lines(["SKIPPED*slow-network is not chosen by --squall-only"])


@pytest.mark.parametrize("option", ["--squall-only", "the mark"])
def test_a_word_that_nothing_has_is_a_usage_error(inner: pytest.Pytester, option: str) -> None:
    marked = option == "the mark"
    inner.makepyfile(
        "import pytest\n\n@pytest.mark.outage('dattabase')\ndef test_a(squall, outage): pass\n"
        if marked
        else "def test_a(squall): pass\n"
    )
    result = inner.runpytest_subprocess(*([] if marked else ["--squall-only", "dattabase"]))
    assert result.ret != pytest.ExitCode.OK
    wanted = ["*dattabase: there is no such outage or tag; did you mean database?*"]
    (result.stdout if marked else result.stderr).fnmatch_lines(wanted)


@pytest.mark.parametrize("required", [None, "toxiproxy", "all"])
def test_what_is_missing_is_skipped_or_required(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, required: str | None
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("SQUALL_TOXIPROXY_BIN", raising=False)
    inner.makepyfile(USES_FIXTURE)
    options = ["--squall-require", required] if required else []
    result = inner.runpytest_subprocess("-rs", "--squall-engine", "toxiproxy", *options)
    if required:
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(
            ["required by --squall-require, but toxiproxy is missing; install it with: *"]
        )
    else:
        result.assert_outcomes(skipped=1)
        result.stdout.fnmatch_lines(["SKIPPED*toxiproxy is missing; install it with: *"])


def test_properties_are_in_junits_file(inner: pytest.Pytester) -> None:
    inner.makepyfile(USES_FIXTURE)
    inner.runpytest_subprocess("--squall-seed", "5", "--junit-xml", "junit.xml")
    text = inner.path.joinpath("junit.xml").read_text()
    for property_ in (
        '"squall.seed" value="5" /',
        '"squall.scenario" value="database-crash-restart" /',
        '"squall.verdict" value="',
        '"squall.bites" value="',
        '"squall.reproduce" value="pytest ',
    ):
        assert f"<property name={property_}" in text
    assert "squall.row" not in text


def test_the_table_fits_a_narrow_terminal(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    inner.makepyfile(USES_FIXTURE)
    result = inner.runpytest_subprocess("--squall-seed", "5")
    (row,) = (line for line in result.outlines if line.startswith("database-crash-restart "))
    assert len(row) <= 90
    assert "sessions" not in row


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
    result = inner.runpytest_subprocess("-p", "squall.pytest.plugin")
    result.assert_outcomes(passed=1)
