"""The open loop on several machines: Locust's master and workers carry the plan and the history.

    harness ─stdin─▶ master ─ZeroMQ─▶ worker ─stdin─▶ python -m squall.workload
       ◀──stdout──────┘  ◀───────────────┘ ◀──stdout─────┘

Each worker's generator walks through the whole plan and sends its own part of it, at the intended
times of the plan. Locust brings registration, messages and heartbeats; no user class of it runs.

The only package that imports ``locust`` (``pip install 'squall[locust]'``).
"""
