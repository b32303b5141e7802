"""For the tests of custom faults and gates, without a lab.

:func:`check_fault` puts a fault into force and heals it in every way that a run can, against a
stand-in for its port. :func:`check_gate` judges runs that :func:`make_run` describes. Both raise
``AssertionError`` with what is wrong and what to do.
"""

from __future__ import annotations

from squall.core.clock import Clock, VirtualClock
from squall.testing.check_fault import check_fault
from squall.testing.check_gate import check_gate
from squall.testing.make_run import make_op, make_run

__all__ = ["Clock", "VirtualClock", "check_fault", "check_gate", "make_op", "make_run"]
