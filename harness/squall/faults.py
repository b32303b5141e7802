"""Every stock fault, and the base for custom faults: ``faults.Latency(latency_ms=300)``.

The names are those of the package ``squall_faults``, which can be used without the harness.
"""

from __future__ import annotations

from squall_faults import *  # noqa: F403 - the whole public face of that package
from squall_faults import __all__ as __all__  # noqa: PLC0414 - the same names
from squall_faults.catalogue import register as register  # noqa: PLC0414 - for custom faults
