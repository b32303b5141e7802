"""Small apps on other stacks than the reference's, each with one mistake, and a twin without it.

Nothing is declared: requests come from the OpenAPI document. See docs/explanation/sixth-set.md,
seventh-set-apps.md, eighth-set.md, ninth-set.md, tenth-set.md, eleventh-set.md,
thirteenth-set.md and fourteenth-set.md.
"""

from __future__ import annotations

import pytest
from squall import AppProfile, LabOptions, Run, SyncLab
from squall.config.profile import DEFAULT_CONTRACT
from squall.scenario.library import stock

pytestmark = [pytest.mark.scenario, pytest.mark.proof]

TRIES = 3
"""What a busy machine has spoilt is done again in a new lab, as ``squall check`` does."""
CANCELLED = "any-statement-cancelled"
APPS = [
    ("scoped_session", CANCELLED, "connection-leaks"),
    ("tenacity_session", "serialization-failures", "retry-storm"),
    ("gathered_places", "pool-exhausted-by-slow-queries", "recovery-time"),
    ("defaults_for_good", "app-restarts-in-an-outage", "answer-unlike-calm"),
    ("statement_limits", "slow-when-it-returns", "answered-in-time"),
    ("commits_refusals", CANCELLED, "refused-write-absent"),
    ("fails_open", CANCELLED, "answer-unlike-calm"),
    ("bulk_import", CANCELLED, "one-effect"),
    ("export_place", "client-disconnects", "recovery-time"),
    ("leader", "sessions-terminated", "background-sessions-return"),
    ("dashboard", CANCELLED, "answer-unlike-calm"),
    ("first_connections", "sessions-terminated", "recovery-time"),
    ("wedged_breaker", "known-outage", "recovery-time"),
    ("half_transfer", CANCELLED, "conservation"),
    ("feed_ends_well", CANCELLED, "answer-unlike-calm"),
    ("failed_future", CANCELLED, "recovery-time"),
    ("cache_ahead", CANCELLED, "answer-unlike-calm"),
    ("audit_later", CANCELLED, "work-is-done"),
    ("key_first", CANCELLED, "one-effect"),
    ("pools_rebuilt", CANCELLED, "connection-leaks"),
    ("group_commit", CANCELLED, "recovery-time"),
    ("second_connection_inside", "overload", "recovery-time"),
    ("pool_made_again", CANCELLED, "connection-leaks"),
    ("worker_ends_silently", "deadlocks", "background-sessions-return"),
    ("commit_error_logged", "commit-refused", "acknowledged-before-commit"),
    ("migrates_at_each_start", "rolling-deploy", "second-copy-starts"),
    ("version_not_checked", "callers-want-the-same", "acknowledged-before-commit"),
    ("marked_before_done", CANCELLED, "work-is-done"),
    ("batch_row_by_row", CANCELLED, "one-effect"),
    ("counted_again", "commit-reply-lost", "one-effect"),
    ("number_written_back", "callers-want-the-same", "one-effect"),
    ("saves_the_whole_row", "callers-want-the-same", "no-acknowledged-write-lost"),
    ("cached_before_commit", "commit-refused", "answer-unlike-calm"),
    ("not_found_for_errors", CANCELLED, "answer-unlike-calm"),
    ("gather_ignores_errors", CANCELLED, "one-effect"),
    ("retry_finds_an_empty_basket", "commit-refused", "one-effect"),
    ("pool_raises_when_empty", "hot-statement-hangs", "error-contract"),
    ("export_skips_a_page", CANCELLED, "answer-unlike-calm"),
    ("ends_old_sessions_at_start", "rolling-deploy", "second-copy-starts"),
    ("nobody_has_rights", "statements-cancelled", "answer-unlike-calm"),
    ("locks_in_the_callers_order", "slow-network", "answered-in-time"),
    ("default_price_is_booked", CANCELLED, "answer-unlike-calm"),
    ("total_of_all_attempts", "serialization-failures", "answer-unlike-calm"),
    ("mail_in_each_attempt", "some-commits-fail", "one-effect"),
    ("relay_skips_late_commits", "some-commits-fail", "work-is-done"),
    ("commit_is_retried", "commit-refused", "no-acknowledged-write-lost"),
    ("export_starts_over", CANCELLED, "answer-unlike-calm"),
    (
        "reaper_takes_what_is_under_way",
        "pool-exhausted-by-slow-queries",
        "no-acknowledged-write-lost",
    ),
    ("refused_keeps_its_place", "callers-ask-for-nothing", "connection-leaks"),
    ("repeat_looks_in_an_aborted_transaction", "callers-repeat-at-once", "retry-storm"),
    ("refusal_is_remembered", "statements-cancelled", "answer-unlike-calm"),
    ("saves_the_whole_object", "callers-want-the-same", "one-effect"),
    ("tasks_leave_the_transaction", "commit-refused", "one-effect"),
    ("migration_lock_is_kept", "rolling-deploy", "second-copy-starts"),
    ("old_read_fills_the_cache", "reads-answered-late", "read-your-writes"),
    ("read_in_two_halves", "reads-answered-late", "answer-unlike-calm"),
    ("lines_of_another_moment", "reads-answered-late", "answer-unlike-calm"),
    ("total_of_another_moment", "reads-answered-late", "answer-unlike-calm"),
    ("tracebacks_with_locals", CANCELLED, "no-secret-disclosed"),
    ("error_line_in_the_export", CANCELLED, "answer-unlike-calm"),
    ("error_path_takes_its_lock_again", CANCELLED, "recovery-time"),
    ("skips_what_is_locked", "long-transaction-holds-rows", "answer-unlike-calm"),
    ("error_texts_are_in_the_database", "connection-refused", "error-contract"),
    ("replaces_by_deleting_first", CANCELLED, "one-effect"),
    ("queue_outlives_its_callers", "table-locked-by-a-migration", "refused-write-absent"),
    ("stream_cleanup_is_cancelled", "callers-leave-at-many-moments", "resources-return"),
    ("counts_in_python", "callers-want-the-same", "one-effect"),
    ("counts_apart", CANCELLED, "one-effect"),
    ("not_found_beside_deletes", CANCELLED, "answer-unlike-calm"),
    ("list_stays_behind", "known-outage", "read-your-writes"),
    ("billed_by_each_process", "rolling-deploy", "one-effect"),
    ("half_an_export_is_kept", CANCELLED, "answer-unlike-calm"),
    ("batch_lost_with_its_error", "database-crash-restart", "work-is-done"),
    ("document_merged_in_python", "callers-want-the-same", "no-acknowledged-write-lost"),
    ("our_errors_block_their_devices", "disk-full", "recovery-time"),
    ("probe_keeps_its_dead_connection", "sessions-terminated", "recovery-time"),
    ("cursor_keeps_its_name", CANCELLED, "recovery-time"),
    ("session_before_the_body", "slow-clients", "availability"),
    ("events_in_a_buffer", CANCELLED, "acknowledged-before-commit"),
    ("order_then_lines", CANCELLED, "one-effect"),
    ("release_after_success", CANCELLED, "capacity-returns"),
    ("looks_then_inserts", "callers-repeat-at-once", "one-effect"),
    ("repeats_the_insert", "commit-reply-lost", "one-effect"),
    ("blocks_the_loop", "table-locked-by-a-migration", "answered-in-time"),
]
SHOULD = [("lines_one_by_one", "slow-network", "response-time")]
"""Found with ``--strict`` only."""


def run_of(name: str, twin: str, outage: str, *, strict: bool = False) -> Run:
    profile = AppProfile(
        name=name, app=f"tests.pairs.{name}:{twin}", factory=True, writes=True,
        contract=DEFAULT_CONTRACT,
    )  # fmt: skip
    (scenario,) = (one for one in stock() if one.name == outage)
    for _ in range(TRIES):
        held = SyncLab(LabOptions(profile=profile, seed=11))
        try:
            run = held.run(scenario.strict() if strict else scenario)
        finally:
            held.close()
        if run.verdict != "inconclusive":
            break
    return run


@pytest.mark.parametrize(("name", "outage", "gate"), APPS)
def test_the_mistake_fails_its_gate(name: str, outage: str, gate: str) -> None:
    run = run_of(name, "broken", outage)
    assert run.finding(gate).verdict == "fail", run.findings


@pytest.mark.parametrize(("name", "outage", "gate"), APPS)
def test_the_twin_passes(name: str, outage: str, gate: str) -> None:
    run = run_of(name, "sound", outage)
    assert run.verdict != "fail", run.diagnosis.reason
    assert run.finding(gate).verdict != "fail"


@pytest.mark.parametrize(("name", "outage", "gate"), SHOULD)
def test_what_an_app_should_not_do_fails_a_strict_run(name: str, outage: str, gate: str) -> None:
    assert run_of(name, "broken", outage, strict=True).finding(gate).verdict == "fail"
    assert run_of(name, "sound", outage, strict=True).finding(gate).verdict != "fail"
