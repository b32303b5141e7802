"""A small order service, written to be copied: what good engineers put behind FastAPI and asyncpg.

It knows nothing of its tests. One policy, one file; read them in this order:

    settings.py                       the few knobs
    resilience/timeouts.py            the layers of time-outs, and their order
    resilience/deadline.py            the end of a request's time, kept even when nothing can be cut
    storage/translate.py              driver errors: Transient, Ambiguous, Permanent (errors.py)
    resilience/guard.py               how the policies are nested:
    resilience/retry.py, budget.py        repeats, and their budget
    resilience/circuit_breaker.py         an outage becomes known …
    resilience/waiting_room.py            … and a blip is waited out
    resilience/bulkhead.py                bounded work, bounded queue
    resilience/last_known_good.py     what to answer instead
    orders/idempotency.py             once, whatever is lost on the way
    storage/engine.py, lease.py, sockets.py   nothing waits for ever
    readiness.py                      probes beside the requests; a start without the database
    observability/                    metrics, logs, the request's context
    main.py                           the parts, put together
"""
