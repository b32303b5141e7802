"""Every test of Toxiproxy 2.12.0 that says something of a server, and the test here that says it.

The names on the left are theirs, by file. What is left out tests Go code without a server around
it: chunk readers and writers, the Go client's headers, their own test helpers.
"""

from __future__ import annotations

API = {
    "TestRequestId": "test_every_answer_of_a_route_carries_a_request_id",
    "TestBrowserGets403": "test_browsers_are_refused_and_others_are_served",
    "TestNonBrowserGets200": "test_browsers_are_refused_and_others_are_served",
    "TestIndexWithNoProxies": "test_without_proxies_the_list_is_an_empty_object",
    "TestCreateProxyBlankName": "test_name_and_upstream_are_required",
    "TestCreateProxyBlankUpstream": "test_name_and_upstream_are_required",
    "TestPopulateProxy": "test_proxies_are_made_in_the_order_of_the_list",
    "TestPopulateDefaultEnabled": "test_proxies_are_made_in_the_order_of_the_list",
    "TestPopulateDisabledProxy": "test_a_disabled_one_stays_off",
    "TestPopulateExistingProxy": "test_the_same_again_keeps_toxics_connections_and_state",
    "TestPopulateWithBadName": "test_a_bad_entry_stops_everything",
    "TestPopulateProxyWithBadDataShouldReturnError": "test_a_bad_listen_stops_in_the_middle",
    "TestPopulateAddToxic": "test_populated_proxies_take_toxics",
    "TestListingProxies": "test_proxies_are_listed_by_name",
    "TestCreateAndGetProxy": "test_a_new_proxy_is_shown_to_the_byte_as_toxiproxy_shows_it",
    "TestCreateProxyWithSave": "test_a_new_proxy_listens",
    "TestCreateDisabledProxy": "test_a_disabled_proxy_keeps_its_text_and_does_not_listen",
    "TestCreateDisabledProxyAndEnable": "test_a_proxy_is_switched_on_and_off_on_the_same_port",
    "TestDeleteProxy": "test_a_deleted_proxy_is_gone_and_its_port_closed",
    "TestCreateProxyPortConflict": "test_a_taken_port_is_500_with_the_systems_words",
    "TestCreateProxyNameConflict": "test_a_taken_name_is_409_before_the_port_is_touched",
    "TestResetState": "test_proxies_are_on_and_toxics_gone",
    "TestListingToxics": "test_without_toxics_the_list_is_an_empty_array",
    "TestAddToxic": "test_a_new_toxic_is_shown_to_the_byte_as_toxiproxy_shows_it",
    "TestAddMultipleToxics": "test_two_toxics_of_a_type_live_under_their_names",
    "TestAddConflictingToxic": "test_a_taken_name_is_409_and_the_first_stays",
    "TestAddConflictingToxicsMultistream": "test_a_taken_name_is_409_and_the_first_stays",
    "TestAddConflictingToxicsMultistreamDefaults": "test_default_names_differ_by_direction",
    "TestAddToxicWithToxicity": "test_toxicity_is_shown_in_single_precision",
    "TestAddNoop": "test_attributes_that_are_not_given_are_zero",
    "TestUpdateToxics": "test_an_update_merges_attributes_and_keeps_what_is_not_given",
    "TestRemoveToxic": "test_a_removed_toxic_is_gone",
    "TestInvalidStream": "test_a_bad_stream_is_refused_before_a_bad_type",
    "TestVersionEndpointReturnsVersion": "test_the_version_is_exact",
}

PROXY = {
    "TestProxySimpleMessage": "test_a_message_arrives_before_the_end",
    "TestProxyTwoPartMessage": "test_a_message_in_two_parts_arrives_in_order",
    "TestProxyBigMessage": "test_a_big_message_arrives_both_ways",
    "TestProxyToDownUpstream": "test_a_dead_upstream_is_an_open_connection_that_ends",
    "TestClosingProxyMultipleTimes": "test_a_proxy_is_switched_on_and_off_on_the_same_port",
    "TestStopProxyBeforeStarting": "test_a_proxy_is_switched_on_and_off_on_the_same_port",
    "TestStartTwoProxiesOnSameAddress": (
        "test_two_proxies_cannot_start_on_one_address_until_one_stops"
    ),
    "TestRestartFailedToStartProxy": "test_two_proxies_cannot_start_on_one_address_until_one_stops",
    "TestProxyUpdate": "test_an_update_to_port_0_picks_another_port",
    "TestProxyUpdateWithHostname": "test_an_update_by_host_name_keeps_connections",
    "TestProxyDiffers": "test_an_update_by_host_name_keeps_connections",
}

COLLECTION = {
    "TestAddProxyToCollection": "test_proxies_are_listed_by_name",
    "TestAddTwoProxiesToCollection": "test_a_taken_name_is_409_before_the_port_is_touched",
    "TestListProxies": "test_a_disabled_one_stays_off",
    "TestAddProxyAndStart": "test_a_new_proxy_listens",
    "TestAddAndRemoveProxyFromCollection": "test_a_deleted_proxy_is_gone_and_its_port_closed",
}

LINK = {
    "TestToxicsAreLoaded": "test_attributes_that_are_not_given_are_zero",
    "TestStubInitializaation": "test_bytes_pass_without_toxics_and_with_every_one_added",
    "TestStubInitializaationWithToxics": "test_toxics_are_there_when_a_connection_opens",
    "TestAddRemoveStubs": "test_bytes_pass_without_toxics_and_with_every_one_added",
    "TestNoDataDropped": "test_nothing_is_dropped_while_a_latency_flips",
    "TestToxicity": "test_an_update_rolls_again_on_live_connections",
    "TestStateCreated": "test_on_a_live_connection_it_counts_from_its_addition",
    "TestRemoveToxicWithBrokenConnection": (
        "test_a_stall_without_a_reader_is_removed_and_the_proxy_too"
    ),
}

TOXICS = {
    "TestPersistentConnections": "test_a_connection_survives_a_noop_and_two_resets",
    "TestToxicAddRemove": "test_echoes_go_on_while_toxics_flip",
    "TestProxyLatency": "test_the_proxy_adds_little_latency",
    "TestUpstreamLatency": "test_the_delay_is_latency_within_jitter_in_one_direction",
    "TestDownstreamLatency": "test_the_delay_is_latency_within_jitter_in_one_direction",
    "TestFullstreamLatencyEven": "test_both_directions_add_up_in_a_round_trip",
    "TestFullstreamLatencyBiasUp": "test_both_directions_add_up_in_a_round_trip",
    "TestFullstreamLatencyBiasDown": "test_both_directions_add_up_in_a_round_trip",
    "TestZeroLatency": "test_the_delay_is_latency_within_jitter_in_one_direction",
    "TestLatencyToxicCloseRace": "test_connections_that_come_and_go_while_it_flips",
    "TestTwoLatencyToxics": "test_two_latencies_in_a_row_add_up",
    "TestLatencyToxicBandwidth": "test_throughput_is_not_limited",
    "TestBandwidthToxic": "test_a_message_takes_its_size_over_the_rate",
    "TestLimitDataToxicMayBeRestarted": "test_the_count_survives_updates_and_other_toxics",
    "TestLimitDataToxicMayBeInterrupted": "test_it_is_removed_without_a_trace",
    "TestLimitDataToxicNilShouldClosePipe": "test_the_end_of_the_source_passes",
    "TestLimitDataToxicChunkSmallerThanLimit": "test_less_than_the_limit_leaves_it_open",
    "TestLimitDataToxicChunkLengthMatchesLimit": "test_exactly_its_bytes_pass",
    "TestLimitDataToxicChunkBiggerThanLimit": "test_more_than_the_limit_is_cut",
    "TestLimitDataToxicMultipleChunksMatchThanLimit": "test_less_than_the_limit_leaves_it_open",
    "TestLimitDataToxicSecondChunkWouldOverflowLimit": (
        "test_the_byte_over_the_limit_comes_with_a_later_chunk"
    ),
    "TestLimitDataToxicLimitIsSetToZero": "test_zero_lets_nothing_pass",
    "TestResetToxicNoTimeout": "test_the_first_byte_resets_after_its_time",
    "TestResetToxicWithTimeout": "test_the_first_byte_resets_after_its_time",
    "TestResetToxicWithTimeoutDownstream": "test_the_first_byte_resets_after_its_time",
    "TestSlicerToxic": "test_pieces_are_about_as_large_as_asked",
    "TestSlicerToxicZeroSizeVariation": "test_pieces_are_read_one_by_one",
    "TestTimeoutToxicDoesNotCauseHang": "test_a_latency_in_front_of_it_is_removed_at_once",
    "TestTimeoutToxicClosesConnectionOnRemove": "test_its_removal_closes_both_ends",
}

STREAM = {"TestParseDirection": "test_the_stream_may_be_in_any_case_and_is_kept_so"}

METRICS = {
    "TestProxyMetricsReceivedSentBytes": "test_metrics_count_bytes_by_direction",
    "TestRuntimeMetricsBuildInfo": "test_metrics_are_prometheus_text_for_any_method",
}

END_TO_END = {
    "the CLI's script: create, list, toggle, inspect": (
        "test_the_cli_creates_lists_inspects_and_deletes"
    ),
    "the CLI's script: each toxic added, updated, deleted": "test_the_cli_knows_every_toxic",
    "the Hazelcast script: 0 KB/s both ways, then removal": (
        "test_many_stalled_connections_are_healed_at_once"
    ),
}

NO_SERVER = (
    "TestBasicReadWrite",
    "TestClient_Headers",
    "TestDirection_String",
    "TestMultiReadWrite",
    "TestMultiWriteWithCopy",
    "TestReadLessThanWrite",
    "TestReadMoreThanWrite",
    "TestSimpleServer",
    "TestStream_ReadCorrectness",
    "TestStream_ReadInterrupt",
    "TestTimeoutAfter",
    "TestToxicStub_WriteOutput",
    "TestOutageResetPeer",
    "TestSlowDBConnection",
)
"""Go's readers, writers, client, and helpers; the last two are examples of use."""

MEANINGS = {**API, **PROXY, **COLLECTION, **LINK, **TOXICS, **STREAM, **METRICS, **END_TO_END}
