"""What the API answers when it refuses: Toxiproxy's texts and statuses."""

from __future__ import annotations


class ApiError(Exception):
    """A refusal with its HTTP status; the text goes into ``error`` of the answer."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.text = text
        self.status = status


class BindError(ApiError):
    """A listener could not be opened; Toxiproxy answers 500 with the system's words."""

    def __init__(self, address: str, error: OSError) -> None:
        words = (error.strerror or str(error)).lower()
        super().__init__(f"listen tcp {address}: bind: {words}", 500)
