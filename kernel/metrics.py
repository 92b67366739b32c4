"""What every process counts and times; scraped at `/metrics` of its operations port.

Labels have few values: a service, a method, an event type, an outcome's code. Never an id.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

RPC_SECONDS = Histogram(
    "motcua_rpc_seconds",
    "Time from a request's arrival to its answer; the purpose is `read` or `command`, "
    "the outcome `ok` or the refusal's code",
    ("service", "method", "purpose", "outcome"),
    buckets=_SECONDS,
)
EVENTS = Counter(
    "motcua_events_total",
    "Events by what was done with them: `appended`, `published`, `handled`, `failed`, `dead`",
    ("service", "type", "outcome"),
)
HTTP_SECONDS = Histogram(
    "motcua_http_seconds",
    "Time from an HTTP request to its answer, by route and not by address",
    ("service", "method", "route", "status"),
    buckets=_SECONDS,
)
