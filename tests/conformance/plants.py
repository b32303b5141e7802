"""One wrong behaviour of the embedded engine for each test that stands for one of Toxiproxy's.

A plant is a file of ``squall_faults.proxy``, a text that occurs in it once, and what stands
there instead. ``test_plants.py`` runs the test against an engine with the plant: the test must
fail. So a test that allows the wrong behaviour as well is found.
"""

from __future__ import annotations

from typing import NamedTuple


class Plant(NamedTuple):
    """A wrong behaviour."""

    file: str
    text: str
    wrong: str


WRITE = "        self.written += len(data)\n"
ENABLED = 'if given.boolean("enabled", default=True):\n                await proxy.start()'
CHECKED = "toxics = await _all_checked(entries)"
DRAIN = "chunk = self.queue.popleft()\n            self.next.feed(chunk)"
REMOVE = "        stage.drain()\n        self._lead_on("
STREAM = """        if self.stream.lower() not in ("upstream", "downstream"):
            raise ApiError("stream was invalid, can be either upstream or downstream", 400)
        if self.kind not in KINDS:
            raise ApiError("invalid toxic type", 400)
"""
LATE = "asyncio.get_running_loop().call_later({}, destination.write, bytes(data))"


def write(wrong: str) -> Plant:
    """Another last step on the way to the socket."""
    return Plant("core/link.py", WRITE, f"{WRITE}        {wrong}\n        return\n")


def removal(wrong: str) -> Plant:
    """Another way to take a stage out of a chain."""
    return Plant("core/link.py", REMOVE, REMOVE.replace("stage.drain()", wrong))


PLANTS = {
    # The API
    "test_every_answer_of_a_route_carries_a_request_id": Plant(
        "api/routes.py", 'return {"X-Toxiproxy-Request-Id": secrets.token_hex(10)}', "return {}"
    ),
    "test_browsers_are_refused_and_others_are_served": Plant(
        "api/routes.py", '.startswith("Mozilla/")', '.startswith("Opera/")'
    ),
    "test_without_proxies_the_list_is_an_empty_object": Plant(
        "api/routes.py", "return 200, await self._all()", "return 200, await self._all() or None"
    ),
    "test_name_and_upstream_are_required": Plant(
        "core/collection.py",
        "        if not value:\n",
        '        if not value and field == "name":\n',
    ),
    "test_proxies_are_made_in_the_order_of_the_list": Plant(
        "core/collection.py",
        "for entry, wanted in zip(entries, toxics, strict=True):",
        "for entry, wanted in reversed(list(zip(entries, toxics, strict=True))):",
    ),
    "test_a_disabled_one_stays_off": Plant(
        "core/collection.py", ENABLED, "if True:\n                await proxy.start()"
    ),
    "test_the_same_again_keeps_toxics_connections_and_state": Plant(
        "core/collection.py", "if not await self._unchanged(existing, entry):", "if True:"
    ),
    "test_a_bad_entry_stops_everything": Plant(
        "core/collection.py", CHECKED, "toxics = [[] for _ in entries]"
    ),
    "test_a_bad_listen_stops_in_the_middle": Plant(
        "core/collection.py",
        "                except ApiError as error:\n                    return done, error",
        "                except ApiError:\n                    continue",
    ),
    "test_populated_proxies_take_toxics": Plant(
        "core/collection.py", "        self.proxies[name] = proxy\n", ""
    ),
    "test_proxies_are_listed_by_name": Plant(
        "api/routes.py",
        "in sorted(self._proxies.proxies.items()):",
        "in list(self._proxies.proxies.items()):",
    ),
    "test_a_new_proxy_is_shown_to_the_byte_as_toxiproxy_shows_it": Plant(
        "api/encode.py", '        "Logger": {},\n', ""
    ),
    "test_a_new_proxy_listens": Plant(
        "core/collection.py", ENABLED, ENABLED.replace("=True", "=False")
    ),
    "test_a_disabled_proxy_keeps_its_text_and_does_not_listen": Plant(
        "core/collection.py", ENABLED, "if True:\n                await proxy.start()"
    ),
    "test_a_proxy_is_switched_on_and_off_on_the_same_port": Plant(
        "core/proxy.py",
        "        self.refusal.stop()\n        self._close_listener()\n",
        "        self.refusal.stop()\n        self._close_listener()\n"
        '        self.listen = "127.0.0.1:0"\n',
    ),
    "test_a_deleted_proxy_is_gone_and_its_port_closed": Plant(
        "core/collection.py", "await self.proxy(name).stop()", "self.proxy(name)"
    ),
    "test_a_taken_port_is_500_with_the_systems_words": Plant(
        "errors.py", 'bind: {words}", 500)', 'bind: {words}", 409)'
    ),
    "test_a_taken_name_is_409_before_the_port_is_touched": Plant(
        "core/collection.py",
        'raise ApiError("proxy already exists", 409)',
        'raise ApiError("proxy already exists", 400)',
    ),
    "test_proxies_are_on_and_toxics_gone": Plant(
        "core/collection.py", "                await proxy.clear()\n", ""
    ),
    "test_without_toxics_the_list_is_an_empty_array": Plant(
        "api/routes.py",
        "return 200, toxics_shape(proxy)",
        "return 200, toxics_shape(proxy) or None",
    ),
    "test_a_new_toxic_is_shown_to_the_byte_as_toxiproxy_shows_it": Plant(
        "api/encode.py",
        '"attributes": toxic.attributes,',
        '"attributes": dict(reversed(toxic.attributes.items())),',
    ),
    "test_two_toxics_of_a_type_live_under_their_names": Plant(
        "core/toxic_request.py",
        'given.text("name") or f"{self.kind}_{self.stream}"',
        'f"{self.kind}_{self.stream}"',
    ),
    "test_a_taken_name_is_409_and_the_first_stays": Plant(
        "core/toxic_set.py", "        if name in self:\n", "        if name in self and not name:\n"
    ),
    "test_default_names_differ_by_direction": Plant(
        "core/toxic_request.py", 'f"{self.kind}_{self.stream}"', "self.kind"
    ),
    "test_toxicity_is_shown_in_single_precision": Plant(
        "api/encode.py",
        "return next((number for number in candidates if _single(number) == value), value)",
        "return value",
    ),
    "test_attributes_that_are_not_given_are_zero": Plant(
        "core/toxic_request.py", "KINDS[self.kind].shown, 0)", "KINDS[self.kind].shown, 1)"
    ),
    "test_an_update_merges_attributes_and_keeps_what_is_not_given": Plant(
        "core/toxic_request.py",
        "merged = attributes | given",
        "merged = dict.fromkeys(attributes, 0) | given",
    ),
    "test_a_removed_toxic_is_gone": Plant(
        "api/routes.py", "await self._proxies.proxy(name).toxics.remove(toxic)", "pass"
    ),
    "test_a_bad_stream_is_refused_before_a_bad_type": Plant(
        "core/toxic_request.py",
        STREAM,
        "".join([*STREAM.splitlines(keepends=True)[2:], *STREAM.splitlines(keepends=True)[:2]]),
    ),
    "test_the_version_is_exact": Plant("api/routes.py", 'VERSION = "2.12.0"', 'VERSION = "2.11.0"'),
    # Proxies
    "test_a_message_arrives_before_the_end": write(LATE.format(6)),
    "test_a_message_in_two_parts_arrives_in_order": write("destination.write(data[::-1])"),
    "test_a_big_message_arrives_both_ways": write("destination.write(data[:60_000])"),
    "test_a_dead_upstream_is_an_open_connection_that_ends": Plant(
        "core/proxy.py",
        "        else:\n            connection.close()",
        "        else:\n            connection.reset()",
    ),
    "test_two_proxies_cannot_start_on_one_address_until_one_stops": Plant(
        "core/listener.py", "socket.SO_REUSEADDR", "socket.SO_REUSEPORT"
    ),
    "test_an_update_to_port_0_picks_another_port": Plant(
        "core/listener.py", "if listen == bound:", 'if listen == bound or listen.endswith(":0"):'
    ),
    "test_an_update_by_host_name_keeps_connections": Plant(
        "core/listener.py",
        "    _, wanted = await resolve(listen)\n",
        "    return False\n    _, wanted = await resolve(listen)\n",
    ),
    # Links
    "test_bytes_pass_without_toxics_and_with_every_one_added": Plant(
        "core/link.py",
        "            self.deliver(data)\n            return\n",
        "            self.deliver(data[:-1])\n            return\n",
    ),
    "test_toxics_are_there_when_a_connection_opens": Plant(
        "core/toxic_set.py", 'if toxic.scope != "existing":', 'if toxic.scope == "new":'
    ),
    "test_nothing_is_dropped_while_a_latency_flips": Plant(
        "toxics/queued.py", DRAIN, "self.queue.popleft()"
    ),
    "test_an_update_rolls_again_on_live_connections": Plant(
        "core/toxic_set.py",
        "if not link.acts(toxic.name) or type(stage) is Stage:",
        "if link is None:",
    ),
    "test_on_a_live_connection_it_counts_from_its_addition": Plant(
        "toxics/limit_data.py", "    _passed = 0\n", "    _passed = 1\n"
    ),
    "test_a_stall_without_a_reader_is_removed_and_the_proxy_too": Plant(
        "core/proxy.py",
        "        await asyncio.sleep(0)  # sockets close in the next turn of the loop",
        "        while self._connections:\n            await asyncio.sleep(0.01)",
    ),
    # Toxics
    "test_a_connection_survives_a_noop_and_two_resets": Plant(
        "core/proxy.py",
        "        self.wire.disarm_all()\n",
        "        self.wire.disarm_all()\n        self.reset_connections()\n",
    ),
    "test_echoes_go_on_while_toxics_flip": removal("stage.stop()"),
    "test_the_proxy_adds_little_latency": write(LATE.format(0.05)),
    "test_the_delay_is_latency_within_jitter_in_one_direction": Plant(
        "toxics/latency.py", "return max(0, latency) / 1000", "return max(0, latency) / 2000"
    ),
    "test_both_directions_add_up_in_a_round_trip": Plant(
        "core/toxic_set.py",
        "return connection.upstream if toxic.upstream else connection.downstream",
        "return connection.downstream",
    ),
    "test_connections_that_come_and_go_while_it_flips": Plant(
        "core/link.py",
        "        if stage is None:\n            return\n        stage.drain()",
        "        if stage is None:\n            raise KeyError(name)\n        stage.drain()",
    ),
    "test_two_latencies_in_a_row_add_up": Plant(
        "toxics/queued.py",
        "self.next.feed(Chunk(chunk.data, due))",
        "self.next.feed(Chunk(chunk.data, chunk.at))",
    ),
    "test_throughput_is_not_limited": Plant(
        "toxics/latency.py", "HOLD_LIMIT = 32 * 1024 * 1024", "HOLD_LIMIT = 1024"
    ),
    "test_a_message_takes_its_size_over_the_rate": Plant(
        "toxics/bandwidth.py",
        "self._paid_from = max(self._paid_from, now())",
        "self._paid_from = max(self._paid_from, now() - SLICE_SECONDS)",
    ),
    "test_the_count_survives_updates_and_other_toxics": Plant(
        "core/toxic_set.py",
        "link.retune(toxic.name, None, toxic.attributes)",
        "link.retune(toxic.name, stage, toxic.attributes)",
    ),
    "test_it_is_removed_without_a_trace": Plant(
        "toxics/limit_data.py",
        "    _passed = 0\n",
        "    _passed = 0\n\n    def drain(self) -> None:\n        self.next.finish(End.CLOSE)\n",
    ),
    "test_the_end_of_the_source_passes": Plant(
        "toxics/stage.py",
        "            self.end = end\n            self.next.finish(end)",
        "            self.end = end",
    ),
    "test_less_than_the_limit_leaves_it_open": Plant(
        "toxics/limit_data.py", "if len(chunk.data) >= left:", "if chunk.data:"
    ),
    "test_exactly_its_bytes_pass": Plant(
        "toxics/limit_data.py", "chunk.data[:left]", "chunk.data[: left - 1]"
    ),
    "test_more_than_the_limit_is_cut": Plant(
        "toxics/limit_data.py", "chunk.data[:left]", "chunk.data"
    ),
    "test_the_byte_over_the_limit_comes_with_a_later_chunk": Plant(
        "toxics/limit_data.py", "self._passed += min(", "self._passed = min("
    ),
    "test_zero_lets_nothing_pass": Plant(
        "toxics/limit_data.py", "left = max(0, ", "left = max(1, "
    ),
    "test_the_first_byte_resets_after_its_time": Plant(
        "toxics/reset_peer.py", "self.next.finish(End.RESET)", "self.next.finish(End.CLOSE)"
    ),
    "test_pieces_are_about_as_large_as_asked": Plant(
        "toxics/slicer.py",
        "while end - start > self._largest:",
        "while end - start > 3 * self._largest:",
    ),
    "test_pieces_are_read_one_by_one": Plant(
        "core/link.py", "if self._descriptor >= 0 and not", "if self._descriptor is None and not"
    ),
    "test_a_latency_in_front_of_it_is_removed_at_once": Plant(
        "core/toxic_set.py",
        "_link(connection, toxic).remove(toxic.name)",
        "_link(connection, toxic).remove(toxic.name) or await asyncio.sleep(6)",
    ),
    "test_its_removal_closes_both_ends": Plant(
        "toxics/timeout.py",
        'make sense of the rest."""\n        self.finish(End.CLOSE)',
        'make sense of the rest."""\n        self.stop()',
    ),
    # The rest
    "test_the_stream_may_be_in_any_case_and_is_kept_so": Plant(
        "core/toxic_request.py", "if self.stream.lower() not in", "if self.stream not in"
    ),
    "test_metrics_count_bytes_by_direction": Plant(
        "api/metrics.py", 'seen[f"{direction}_{key}"]', 'seen[f"upstream_{key}"]'
    ),
    "test_metrics_are_prometheus_text_for_any_method": Plant(
        "api/routes.py",
        ' and parts != ["metrics"]:\n            return Response(405)',
        ":\n            return Response(405)",
    ),
    "test_the_cli_creates_lists_inspects_and_deletes": Plant(
        "api/routes.py",
        "            await self._proxies.delete(name)\n            return 204, None",
        "            await self._proxies.delete(name)\n            return 200, None",
    ),
    "test_the_cli_knows_every_toxic": Plant(
        "toxics/__init__.py", '"slow_close": ToxicKind(', '"slowclose": ToxicKind('
    ),
    "test_many_stalled_connections_are_healed_at_once": Plant(
        "core/toxic_set.py",
        "_link(connection, toxic).remove(toxic.name)\n                await pause()",
        "_link(connection, toxic).remove(toxic.name)\n                await asyncio.sleep(0.1)",
    ),
}
