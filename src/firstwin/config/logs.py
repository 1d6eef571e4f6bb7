"""Structured logs: one line per event, JSON for machines or coloured text in a terminal, never a secret or a person."""

import logging.config
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("auto", "json", "console")
WITHHELD = "[withheld]"
PRIVATE_WORDS = ("password", "token", "secret", "authorization", "cookie", "email", "phone", "api_key", "session")


def withhold_private_values(_logger: Any, _name: str, entry: EventDict) -> EventDict:
    """Replace the value of every key that names a secret or a person's data."""
    for key in entry:
        if any(word in key.lower() for word in PRIVATE_WORDS):
            entry[key] = WITHHELD
    return entry


def withhold_addresses(_logger: Any, _name: str, entry: EventDict) -> EventDict:
    """Name an unhandled error without the address it happened at: addresses hold tokens. The traceback stays."""
    if entry.get("logger") == "django.request":
        entry.pop("request", None)
        entry["event"] = "unhandled error"
    return entry


def _processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        withhold_addresses,
        withhold_private_values,
    ]


def _renderer(format: str) -> list[Processor]:
    is_for_people = format == "console" or (format == "auto" and sys.stderr.isatty())
    if is_for_people:
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def configure(*, level: str, format: str) -> None:
    """Send the logs of Firstwin, Django and every library through one formatter to standard error."""
    shared = _processors()
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderer(format)],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level.upper()},
            "loggers": {
                # One line per request comes from request_log; these would say the same again.
                "django.request": {"level": "ERROR"},
                "django.server": {"level": "WARNING"},
                "_granian": {"level": "WARNING"},
                "granian.access": {"level": "WARNING"},
                "httpx": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
