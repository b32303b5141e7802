"""Where the embedded engine differs from Toxiproxy 2.12.0 on purpose, and why.

Tests take the expected value of each engine by the key; ``docs/reference/engine-differences.md``
lists the same rows for readers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One row: what each engine does, and the reason."""

    toxiproxy: str
    embedded: str
    why: str


DIFFERENCES = {
    "version": Difference(
        "`/version` tells the release, `git` for a build from source",
        "`/version` tells 2.12.0, the release whose API it speaks",
        "clients parse a version; the Ruby client uses PATCH from 2.6.0 on",
    ),
    "no-listen": Difference(
        "a proxy without `listen`, or with `:port`, listens on all interfaces",
        "it listens on 127.0.0.1",
        "a test tool must not open ports to the network unasked",
    ),
    "wildcard-listen": Difference(
        "`0.0.0.0:port` is shown as `[::]:port`",
        "it is bound and shown as asked: IPv4 only",
        "clients split the address at its colon",
    ),
    "host-header": Difference(
        "the Host header is not looked at",
        "on a loopback address, a Host header that names anything else is refused with 403",
        "a web page must not reach the API through DNS rebinding",
    ),
    "syntax-words": Difference(
        "what follows `bad request body:` for broken JSON are the words of Go's decoder",
        "the same words where JSON ends early or a value is missing, else those of Python's",
        "nobody matches the rest of these texts",
    ),
    "large-bodies": Difference(
        "a body may be of any size",
        "a body of more than 512 KiB is refused with 400",
        "memory and the time of one step are bounded",
    ),
    "populate-port-zero": Difference(
        "populate with port 0 or without `listen` replaces the proxy each time",
        "it is the same proxy, with its port, connections and toxics",
        "populate is there to be repeated",
    ),
    "populate-toxics": Difference(
        "`toxics` in populate and in a new proxy are ignored",
        "they are checked before anything changes, and put on the proxies",
        "a proxy must not be without its toxics for a moment",
    ),
    "reset-goes-on": Difference(
        "reset stops at the first proxy that cannot be started; its toxics stay",
        "all toxics are removed and all others are started; the answer is the same 500",
        "healing must not depend on the order of proxies",
    ),
    "negative-values": Difference(
        "negative attributes are taken; a negative bandwidth ends the server",
        "400 with the attribute's name, and nothing changes",
        "bad values must be told, never crash",
    ),
    "slicer-sizes": Difference(
        "a slicer with average size 0 or a variation above it ends the server with the first byte",
        "400 with the reason",
        "bad values must be told, never crash",
    ),
    "half-update": Difference(
        "a refused update may have changed some attributes already",
        "a refused update changes nothing",
        "a refusal must mean that nothing happened",
    ),
    "half-close": Difference(
        "when one side shuts down its sending side, both connections are closed",
        "the half-close is passed on, and the answer still arrives",
        "TCP has half-close, and protocols use it",
    ),
    "parallel-changes": Difference(
        "toxics that are added and removed by several calls at once while clients connect may end"
        " the server (`index out of range` in `AddToxic`)",
        "every call is answered",
        "tests run in parallel, and a server that ends takes every proxy with it",
    ),
    "removal-hangs": Difference(
        "removing a toxic from a connection whose receiver does not read blocks the whole API "
        "for seconds or for good, and drops what was held; so does, now and then, a change of "
        "toxics while another one ends the connection",
        "it answers at once, and every held byte arrives when the receiver reads",
        "healing must always work",
    ),
    "removal-waits": Difference(
        "removing a toxic waits 5 s for each piece that it holds for a client that has left, and"
        " every other call waits with it",
        "it answers at once",
        "healing must always work",
    ),
    "dial-blocks": Difference(
        "while an upstream does not answer, the proxy accepts nobody else and cannot be stopped",
        "each client's dial is its own, and ends after 10 s",
        "healing must always work",
    ),
    "seed": Difference(
        "`-seed` has no effect: toxicity and jitter differ from run to run",
        "toxicity and jitter repeat exactly for the same seed",
        "a failure must be repeatable",
    ),
    "timeout-not-hit": Difference(
        "removing a timeout closes connections that its toxicity spared, too",
        "they stay open",
        "no byte of theirs is missing",
    ),
    "reset-live": Difference(
        "reset_peer on a connection that was open before ends it with FIN",
        "it ends it with RST",
        "that is what the toxic is called",
    ),
    "reset-toxicity": Difference(
        "with reset_peer in the chain when a connection opens, hit or not, each later close of "
        "that connection is an RST, whatever ends it",
        "only the ends that reset_peer itself makes are RSTs",
        "toxicity 0 means never",
    ),
    "reset-removal": Difference(
        "a reset_peer that waits for its timeout blocks the API until it has fired",
        "its removal or update answers at once",
        "healing must always work",
    ),
    "live-metrics": Difference(
        "bytes are counted when a connection ends",
        "bytes are counted while it lives",
        "pooled connections live as long as the application",
    ),
    "runtime-metrics": Difference(
        "`-runtime-metrics` shows Go's runtime",
        "it shows Python's process",
        "there is no Go in it",
    ),
    "unread-bytes": Difference(
        "what a peer sent behind the end that a toxic made is never read, nor is what it sent "
        "while a bandwidth or slicer waits and the other side leaves, so the close that follows "
        "is an RST to that peer",
        "it is read and dropped; the close is a FIN",
        "the reset would be a second fault that nobody asked for",
    ),
    "changes-keep": Difference(
        "a change of a toxic, and the arrival or removal of a neighbour, passes on at once what "
        "the toxic holds in hand, and starts its wait again",
        "what is held stays held by the new values; neighbours change nothing",
        "a fault must not pause while another one comes",
    ),
    "delays-add-up": Difference(
        "behind bandwidth, slicer or a latency that holds several chunks, latency counts from "
        "the arrival at the proxy: the time that they took is subtracted from its delay",
        "each latency delays by its whole time",
        "a chain is the sum of its toxics",
    ),
    "many-toxics": Difference(
        "a proxy takes any number of toxics",
        "a proxy has at most 128 toxics; one more is refused with 400",
        "the work for each byte is bounded",
    ),
}
