"""Lies in labs: every one is noticed, each in a lab of its own."""

from __future__ import annotations

import psutil
import pytest
from squall.config.profile import REFERENCE
from squall.lab.lab_options import LabOptions
from squall.selftest.lie import HONEST
from squall.selftest.run_selftest import tell_labs


@pytest.mark.proof
@pytest.mark.timeout(600)
async def test_no_lie_in_a_lab_is_believed() -> None:
    answers = [answer async for answer in tell_labs(LabOptions(profile=REFERENCE, seed=1))]
    assert answers[0].lie == HONEST
    assert answers[0].believed, answers[0].noticed_by
    assert [answer.lie for answer in answers[1:] if answer.believed] == []
    assert len(answers) > 25
    assert psutil.Process().children(recursive=True) == [], "a lie leaves nothing behind"
