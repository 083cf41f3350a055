"""Logs: one JSON object a line on standard error, after the one redactor, whoever wrote it.

structlog's events, the standard library's records (Django's and every dependency's) and errors nobody
caught all end here. Of a foreign record the template and numbers remain; its other arguments are withheld, for a
path or a name may be among them.

Refuses: to write a line that could not be redacted; it writes that there was one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import threading
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, Final

import structlog

from recourse.base.core.redaction import described, redacted, redacted_text

_PLACEHOLDER = re.compile(r"%(?:\([^)]*\))?[-#0 +]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[diouxXeEfFgGcrsa]")
_FOREIGN_NUMBERS: Final = ("status_code",)
Event = MutableMapping[str, Any]


def redact(_logger: object, _method: str, event: Event) -> Event:
    """Redact an event: structlog's processor before the last. An error under `exc_info` is described."""
    error = _error_of(event.pop("exc_info", None))
    for name in ("stack_info", "stack", "exception"):
        event.pop(name, None)
    try:
        clean: Event = dict(redacted(event))
        if error is not None:
            clean["error"] = described(error)
    except Exception as failure:  # noqa: BLE001 - a log line must neither fail its caller nor leak
        return {"event": "log_not_redacted", "level": "error", "type": type(failure).__name__}
    return clean


def _error_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and len(exc_info) > 1 and isinstance(exc_info[1], BaseException):
        return exc_info[1]
    return sys.exc_info()[1] if exc_info else None


def render(_logger: object, _method: str, event: Event) -> str:
    """Return an event as one line of JSON."""
    return json.dumps(event, default=lambda value: f"[{type(value).__name__}]")


class RedactingFormatter(logging.Formatter):
    """Formats a record of the standard library as one of our lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of the arguments only numbers remain."""
        event: Event = {
            "event": _foreign_text(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": _stamp(None, "", {})["timestamp"],
            "exc_info": record.exc_info,
        }
        for name in _FOREIGN_NUMBERS:
            if isinstance(value := getattr(record, name, None), int):
                event[name] = value
        return render(None, "", redact(None, "", event))


def _foreign_text(record: logging.LogRecord) -> str:
    """Fill the template with what may stand in a log; a template that is no text is not written."""
    if not isinstance(record.msg, str):
        return f"[{type(record.msg).__qualname__}]"
    given = record.args
    if not given:
        return redacted_text(record.msg)
    template = redacted_text(record.msg)
    arguments = iter(() if isinstance(given, Mapping) else given)
    return _PLACEHOLDER.sub(lambda _: _argument(next(arguments, None)), template.replace("%%", "%"))


def _argument(value: object) -> str:
    """Numbers stay; any word may be somebody's name."""
    return str(value) if isinstance(value, bool | int | float) else "[withheld]"


class _StderrHandler(logging.StreamHandler[Any]):
    """Writes to whatever standard error is at the moment."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Say that a line was lost, not what was in it (the library's own would print the arguments)."""
        line = {"event": "log_line_lost", "level": "error", "logger": record.name}
        _write(json.dumps(line))


class _StderrLogger:
    """structlog's last station."""

    def msg(self, message: str) -> None:
        """Write one line."""
        _write(message)

    log = debug = info = warn = warning = error = critical = fatal = failure = exception = err = msg


_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)


def configure(*, level: int = logging.INFO) -> None:
    """Send all logs of this process through the redactor; may be called again."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamp,
            redact,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _StderrLogger(),
        cache_logger_on_first_use=False,
    )
    handler = _StderrHandler()
    handler.setFormatter(RedactingFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.INFO))
    for name in ("httpcore", "httpx", "PIL", "asyncio", "mail.log"):  # chatty, and about addresses
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def django_logging() -> dict[str, Any]:
    """Return Django's LOGGING: its loggers pass on to the root, where `configure` has put the redactor."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.db.backends": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }


def _write(line: str) -> None:
    """Write a line; a log that cannot be written must not end what it tells of."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


def _line(event: str, error: BaseException | None) -> None:
    about: Event = {"event": event, "level": "critical", "exc_info": error}
    _write(render(None, "", redact(None, "", _stamp(None, "", about))))


def _uncaught(_kind: type[BaseException], error: BaseException, _at: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    _line("uncaught_error", error)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    _line("uncaught_error_in_thread", args.exc_value)


def _unraisable(args: Any) -> None:  # noqa: ANN401 - sys.UnraisableHookArgs is not a name at run time
    _line("unraisable_error", args.exc_value)
