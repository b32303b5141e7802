"""What a client of AWS needs to be refused at once where there is no AWS.

boto3.client("sns", endpoint_url="http://127.0.0.1:9")     asks a metadata server for credentials,
                                                           then tries five times, up to 20 s
"""

from __future__ import annotations

import re

CLIENT = re.compile(
    r"^\s*(?:import|from)\s+(?:boto3|botocore|aioboto3|aiobotocore)\b", re.MULTILINE
)
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "squall",
    "AWS_SECRET_ACCESS_KEY": "squall",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}
"""The client's own variables. The keys open nothing."""


def aws_settings(source: str) -> dict[str, str]:
    """The variables for an app that has such a client; empty for others."""
    return dict(SETTINGS) if CLIENT.search(source) else {}
