"""How a mutant replaces a part of the reference app, in its own process."""

from __future__ import annotations


def replace(owner: object, name: str, new: object) -> None:
    """Put ``new`` in the place of what is called ``name``, which must be there.

    Raises:
        AttributeError: the reference app has changed, and the mutant would be no mutant any more.
    """
    getattr(owner, name)
    setattr(owner, name, new)
