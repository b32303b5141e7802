"""Causes that take one thing for another: no rights for unknown ones, a pause for a hang."""

from __future__ import annotations

from typing import Any

import pytest
import squall_faults as faults
from squall.core import events
from squall.diagnosis import remedies
from squall.diagnosis.diagnose import diagnose
from squall.gates import health_probes, log_clean
from squall.gates.error_contract import SERVER_ERROR
from squall.gates.findings import failed
from squall.gates.second_copy_starts import DISTURBED


def outage(key: str) -> list[events.Event]:
    effect = faults.entry(key).effect.value
    return [
        events.FaultInjected(at=1.0, step=0, fault=key, label=key, effect=effect),
        events.FaultHealed(at=2.0, step=0, fault=key, bites=3, what="bites"),
    ]


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "rights that could not be read are taken for none"), (404, "hid the outage")],
)
def test_rights_that_cannot_be_read_are_no_missing_rights(
    evidence: Any, make: Any, status: int, words: str
) -> None:
    ops = [make.op(0), *(make.op(n, status=status) for n in (150, 151)), make.op(250)]
    blamed = failed("answer-unlike-calm", f"2 x status {status}", {"unlike": 2}, ops[1:3])
    found = diagnose(evidence(ops, outage("network.refuse")), [blamed])
    assert words in found.reason
    assert found.remedy == remedies.NO_FALSE_SUCCESS


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("app.pause", "a pause of the whole process ended it"),
        ("network.refuse", "the outage ended"),
    ],
)
def test_a_process_that_ends_itself_after_a_pause(
    evidence: Any, make: Any, key: str, words: str
) -> None:
    ended = failed("app-survived", "the app's process ended with exit code 1")
    silent = failed("background-sessions-return", "what polls has ended")
    found = diagnose(evidence([make.op(0), make.op(150)], outage(key)), [silent, ended])
    assert found.reason.startswith(words)


@pytest.mark.parametrize(
    ("key", "words"),
    [("client.load_spike", "because there is much to do"), ("network.refuse", "a probe misled")],
)
def test_liveness_that_fails_under_load(evidence: Any, make: Any, key: str, words: str) -> None:
    dead = failed("health-probes", "liveness said status 503", code=health_probes.NOT_LIVE)
    found = diagnose(evidence([make.op(0), make.op(150)], outage(key)), [dead])
    assert words in found.reason
    assert found.remedy == remedies.LIVENESS


@pytest.mark.parametrize(("status", "alone"), [(200, True), (500, False)])
def test_an_error_that_belongs_to_no_request(
    evidence: Any, make: Any, status: int, alone: bool
) -> None:
    ops = [make.op(n) for n in range(30)] + [make.op(150, status=status)]
    line = events.LogProblem(at=1.5, line="Exception in ASGI application: x")
    unhandled = failed("log-clean", "unhandled: 1 x", code=log_clean.UNHANDLED)
    found = diagnose(evidence(ops, [*outage("network.refuse"), line]), [unhandled])
    assert ("a page of metrics or a probe" in found.reason) is alone


def test_a_start_that_takes_something_away(evidence: Any, make: Any) -> None:
    disturbed = failed("second-copy-starts", "4 requests failed at once", code=DISTURBED)
    found = diagnose(evidence([make.op(0), make.op(150)], outage("app.overlap")), [disturbed])
    assert found.remedy == remedies.LEAVE_THE_OLD_ONE
    assert "end its sessions" in found.reason


@pytest.mark.parametrize(("in_handler", "words"), [(5, "which fails itself"), (0, "unhandled")])
def test_a_handler_of_errors_that_fails_is_told_from_none(
    evidence: Any, make: Any, in_handler: int, words: str
) -> None:
    logged = events.ErrorsLogged(
        at=1.5, exception="OSError", message="", place="", count=5, unhandled=5, last=1.6,
        in_handler=in_handler,
    )  # fmt: skip
    figures = {"errors": 5.0, "breaches": 5.0}
    finding = failed("error-contract", "5 x status 500", figures, code=SERVER_ERROR)
    found = diagnose(evidence([make.op(0)], [*make.outage(), logged]), [finding])
    assert words in found.reason


@pytest.mark.parametrize(
    ("effect", "code", "media", "words"),
    [
        ("blocks", "list-shortened", "application/json", "leave out what a write holds"),
        ("errors", "list-shortened", "application/json", "hid the outage from the client"),
        ("errors", "list-shortened", "text/csv", "an error during an export is hidden"),
    ],
)
def test_what_is_missing_in_an_answer_has_several_causes(
    evidence: Any, make: Any, effect: str, code: str, media: str, words: str
) -> None:
    short = make.op(150, content_type=media)
    fault = events.FaultInjected(at=1.0, step=0, fault="f", label="f", effect=effect)
    finding = failed("answer-unlike-calm", "4 entries", {"unlike": 1}, [short], code=code)
    assert words in diagnose(evidence([make.op(0), short], [fault]), [finding]).reason
