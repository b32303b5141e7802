"""XML files of reports: text that every reader takes, and the whole file."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, indent, tostring

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0, section 2.2, does not allow even if escaped."""


def xml_text(text: str, mark: str = "?") -> str:
    """The text with ``mark`` in place of what XML does not allow."""
    return NOT_XML.sub(mark, text)


def xml_document(root: Element) -> str:
    """The file's text, indented."""
    indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + tostring(root, encoding="unicode") + "\n"
