"""What can go wrong with a fault itself.

FaultError
├── InvalidFault       the description is wrong; nothing was touched
├── FaultUnavailable   this lab cannot supply what the fault needs
├── InjectionFailed    the world refused the fault; nothing is left behind
│   └── EngineSilent   the engine did not answer in time: what is in force is not known
└── HealFailed         the cure did not work; the message says what is left broken
"""

from __future__ import annotations


class FaultError(Exception):
    """Base of every error that a fault raises."""


class InvalidFault(FaultError):
    """A fault was described with an impossible value; the message quotes it."""


class FaultUnavailable(FaultError):
    """The lab has no port of the kind that the fault needs; a reason to skip."""


class InjectionFailed(FaultError):
    """The proxy or the server refused the fault."""


class EngineSilent(InjectionFailed):
    """The engine did not answer a call in time, as a Toxiproxy that hangs."""


class HealFailed(FaultError):
    """A fault could not be undone in time: what is left broken, and how to clean up."""
