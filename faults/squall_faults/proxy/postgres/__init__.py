"""PostgreSQL's wire protocol, version 3, without I/O: framing, sessions, rules and their injection.

Wire rules need a plain connection: after TLS or GSSAPI encryption was agreed on, nothing can be
read, and the bytes pass untouched. ``Wire(refuse_encryption=True)`` answers such requests with N.
"""
