"""Structured logs: one JSON line per happening, on the standard error stream.

Every line has `time`, `level`, `service`, `event` and, inside a conversation, `correlation`: the
id that follows a request from HTTP through RPC and events to the mail. The libraries' own logs go
through the same pipeline. A line never holds a password, a token or a request's content: what is
logged are codes, counts and pseudonymous ids, and whatever looks like a credential is cut out.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

import structlog

_FIRST = ("time", "level", "service", "event", "correlation")

# What libraries would say at their lower levels repeats contents (bodies, documents, frames).
_LEAST = {
    "amqp": logging.INFO,
    "kombu": logging.WARNING,
    "nameko": logging.INFO,
    "pika": logging.WARNING,
    "pymongo": logging.INFO,
    "urllib3": logging.INFO,
    "werkzeug": logging.WARNING,
}

_SECRET_KEYS = re.compile(r"password|passwd|secret|token|authorization|cookie|captcha|^otp$|^pin$")
_SECRET_TEXTS = (
    (re.compile(r"://[^\s/@\"]+@"), "://…@"),  # the user and password in a server's address
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), "[token]"),  # a signed token
)


# Until a process says where its logs go: standard output is for what a command answers.
structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def configure(service: str, level: str = "INFO") -> None:
    """Send this process's logs, those of its libraries too, to standard error as JSON lines."""

    def named(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line.setdefault("service", service)
        return line

    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        named,
        _without_secret_fields,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _in_order,
                structlog.processors.JSONRenderer(ensure_ascii=False),
                _without_secret_texts,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _LEAST.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    logging.getLogger("nameko.containers").addFilter(_is_no_refusal)
    logging.captureWarnings(True)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module: `log = logs.get(__name__)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def bind_correlation(correlation_id: str | None) -> None:
    """Say which conversation this thread or greenlet works for from now on; None: for none."""
    structlog.contextvars.unbind_contextvars("correlation")
    if correlation_id is not None:
        structlog.contextvars.bind_contextvars(correlation=correlation_id)


def correlation() -> str | None:
    """Return the id of the conversation at hand."""
    found = structlog.contextvars.get_contextvars().get("correlation")
    return None if found is None else str(found)


def new_correlation() -> str:
    """Return an id for a conversation that begins here."""
    return uuid4().hex


def _without_secret_fields(
    _: Any, __: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key in line:
        if _SECRET_KEYS.search(key):
            line[key] = "…"
    return line


def _without_secret_texts(_: Any, __: str, rendered: Any) -> str:
    for pattern, instead in _SECRET_TEXTS:
        rendered = pattern.sub(instead, rendered)
    return str(rendered)


def _in_order(_: Any, __: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
    first = {key: line[key] for key in _FIRST if key in line}
    return {**first, **{key: value for key, value in line.items() if key not in first}}


def _is_no_refusal(record: logging.LogRecord) -> bool:
    # A refusal of the domain is an answer, not a fault: the container need not log a traceback.
    return not str(record.msg).startswith("(expected)")
