"""What every process counts and times; scraped at `/metrics` of its operations port.

Labels have few values: a service, a method, an event type, an outcome's code. Never an id.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

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

# How far a service is (`kernel.progress`), looked at every few seconds by each of its processes.

PROGRESS_AT = Gauge(
    "motcua_progress_timestamp_seconds", "When the figures of progress were last seen", ("service",)
)
LEDGER_HEAD = Gauge("motcua_ledger_head", "Last position of the ledger", ("service",))
RELAY_CHECKPOINT = Gauge(
    "motcua_relay_checkpoint", "Position up to which the ledger is on the broker", ("service",)
)
RELAY_ACTIVE = Gauge(
    "motcua_relay_active", "1 while some process is the ledger's active relay", ("service",)
)
OLDEST_UNHANDLED = Gauge(
    "motcua_oldest_unhandled_seconds",
    "Age of the oldest event of `source` that the service has not dealt with; 0: there is none. "
    "Not there while it is not known",
    ("service", "source"),
)
OLDEST_UNPUBLISHED = Gauge(
    "motcua_oldest_unpublished_seconds",
    "Age of the oldest commit that the ledger's relay has not published; 0: there is none",
    ("service",),
)
HEARD_POSITION = Gauge(
    "motcua_heard_position",
    "Position in the ledger of `source` up to which the service has dealt with everything",
    ("service", "source"),
)
QUEUE_MESSAGES = Gauge(
    "motcua_queue_messages",
    "Messages `ready` in the inbox, `retrying`, `dead`",
    ("service", "queue"),
)
INBOX_CONSUMERS = Gauge(
    "motcua_inbox_consumers", "Processes that receive from the inbox", ("service",)
)
PROJECTOR_POSITION = Gauge(
    "motcua_projector_position", "Position up to which all views were checked", ("service",)
)
REBUILD_INTERRUPTED = Gauge(
    "motcua_rebuild_interrupted",
    "1 while a view's rebuild has ended before its end",
    ("service", "view"),
)
