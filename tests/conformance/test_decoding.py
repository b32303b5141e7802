"""Bodies: any key case, nulls, unknown keys; and what is refused, with Go's words."""

from __future__ import annotations

import pytest

from tests.conformance.conftest import Bench

GO = "bad request body: json: cannot unmarshal "
UPDATE = (
    r'struct { Attributes interface {} "json:\"attributes\""; Toxicity float32 '
    r'"json:\"toxicity\"" }'
)


def test_keys_may_be_in_any_case_and_unknown_ones_are_ignored(bench: Bench) -> None:
    body: dict[str, object] = {
        "Name": "odd",
        "UPSTREAM": "127.0.0.1:1",
        "listen": "127.0.0.1:0",
        "enabled": None,
        "Logger": {},
        "toxics": None,
        "anything": [1],
    }
    said = bench.api("POST", "/proxies", body)
    assert (said.status, said.json["name"], said.json["enabled"]) == (201, "odd", True)
    toxic = {"TYPE": "latency", "Attributes": {"LATENCY": 5, "Jitter": None}, "TOXICITY": 0.5}
    said = bench.api("POST", "/proxies/odd/toxics", toxic)
    assert said.json["attributes"] == {"latency": 5, "jitter": 0}
    assert said.json["toxicity"] == 0.5


@pytest.mark.parametrize("type_", ["application/x-www-form-urlencoded", "text/plain", ""])
def test_the_content_type_of_a_request_does_not_matter(bench: Bench, type_: str) -> None:
    body = {"name": "t", "upstream": "x:1", "listen": "127.0.0.1:0"}
    assert bench.api("POST", "/proxies", body, Content_Type=type_).status == 201


def test_only_the_first_value_of_a_body_counts(bench: Bench) -> None:
    body = b'{"name":"first","upstream":"x:1","listen":"127.0.0.1:0"} and more'
    assert bench.api("POST", "/proxies", body).status == 201


def test_the_last_of_two_equal_keys_wins(bench: Bench) -> None:
    body = b'{"name":"a","Name":"b","upstream":"x:1","listen":"127.0.0.1:0"}'
    assert bench.api("POST", "/proxies", body).json["name"] == "b"


def test_text_that_is_no_text_becomes_the_replacement_character(bench: Bench) -> None:
    body = b'{"name":"\\ud800x","upstream":"x:1","listen":"127.0.0.1:0"}'
    assert bench.api("POST", "/proxies", body).json["name"] == "\N{REPLACEMENT CHARACTER}x"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/proxies", b"[]", "array into Go value of type toxiproxy.Proxy"),
        ("/proxies", b'"x"', "string into Go value of type toxiproxy.Proxy"),
        ("/proxies", b"5", "number into Go value of type toxiproxy.Proxy"),
        ("/proxies", b"true", "bool into Go value of type toxiproxy.Proxy"),
        ("/proxies", b'{"name":1}', "number into Go struct field Proxy.name of type string"),
        ("/proxies", b'{"listen":{}}', "object into Go struct field Proxy.listen of type string"),
        ("/proxies", b'{"enabled":5}', "number into Go struct field Proxy.enabled of type bool"),
        ("{p}", b"[]", "array into Go value of type toxiproxy.Proxy"),
        ("{p}", b'{"enabled":"x"}', "string into Go struct field Proxy.enabled of type bool"),
        ("{p}/toxics", b"[]", "array into Go value of type toxics.ToxicWrapper"),
        (
            "{p}/toxics",
            b'{"type":5}',
            "number into Go struct field ToxicWrapper.type of type string",
        ),
        (
            "{p}/toxics",
            b'{"type":"noop","toxicity":"x"}',
            "string into Go struct field ToxicWrapper.toxicity of type float32",
        ),
        (
            "{p}/toxics",
            b'{"type":"noop","toxicity":1e40}',
            "number 1e40 into Go struct field ToxicWrapper.toxicity of type float32",
        ),
        (
            "{p}/toxics",
            b'{"type":"latency","attributes":"x"}',
            "string into Go struct field ToxicWrapper.attributes of type toxics.NoopToxic",
        ),
        (
            "{p}/toxics",
            b'{"type":"latency","attributes":{"latency":1.5}}',
            "number 1.5 into Go struct field LatencyToxic.attributes.latency of type int64",
        ),
        (
            "{p}/toxics",
            b'{"type":"latency","attributes":{"latency":1e3}}',
            "number 1e3 into Go struct field LatencyToxic.attributes.latency of type int64",
        ),
        (
            "{p}/toxics",
            b'{"type":"latency","attributes":{"latency":true}}',
            "bool into Go struct field LatencyToxic.attributes.latency of type int64",
        ),
        (
            "{p}/toxics",
            b'{"type":"limit_data","attributes":{"bytes":9223372036854775808}}',
            (
                "number 9223372036854775808 into Go struct field LimitDataToxic.attributes.bytes "
                "of type int64"
            ),
        ),
        (
            "{p}/toxics",
            b'{"type":"slicer","attributes":{"delay":"x"}}',
            "string into Go struct field SlicerToxic.attributes.delay of type int",
        ),
        ("{p}/toxics/noop_downstream", b"[]", f"array into Go value of type {UPDATE}"),
        (
            "{p}/toxics/noop_downstream",
            b'{"toxicity":"x"}',
            "string into Go struct field .toxicity of type float32",
        ),
        (
            "{p}/toxics/noop_downstream",
            b'{"attributes":5}',
            "number into Go struct field .attributes of type toxics.NoopToxic",
        ),
    ],
)
def test_values_of_the_wrong_type_are_refused(
    bench: Bench, path: str, body: bytes, words: str
) -> None:
    route = bench.route()
    route.toxic("noop")
    said = bench.api("POST", path.format(p=route.path), body)
    assert said.error == (400, GO + words)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "EOF"),
        (b"  \n", "EOF"),
        (b"nul", "unexpected EOF"),
        (b'{"name"', "unexpected EOF"),
        (b'{"name":"a",', "unexpected EOF"),
        (b'{"name":"a', "unexpected EOF"),
        (b"xx", "invalid character 'x' looking for beginning of value"),
        (b"NaN", "invalid character 'N' looking for beginning of value"),
        (b'{"name":}', "invalid character '}' looking for beginning of value"),
    ],
)
@pytest.mark.parametrize("path", ["/proxies", "{p}", "{p}/toxics"])
def test_what_is_no_json_is_refused(bench: Bench, path: str, body: bytes, words: str) -> None:
    said = bench.api("POST", path.format(p=bench.route().path), body)
    assert said.error == (400, f"bad request body: {words}")


def test_other_broken_json_is_refused_in_the_decoders_words(bench: Bench) -> None:
    said = bench.api("POST", "/proxies", b'{"name":"x" "y"}')
    words = bench.differs(
        "syntax-words",
        embedded="Expecting ',' delimiter at byte 12",
        toxiproxy="invalid character '\"' after object key:value pair",
    )
    assert said.error == (400, f"bad request body: {words}")
