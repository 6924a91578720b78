"""Logs: for people on a console, JSON for machines. No secret in them at any level."""

import logging
import re
import sys
from collections.abc import Collection, MutableMapping
from typing import Any, Literal, TextIO

import structlog

TOKENS = re.compile(
    r"(?i)((?:access_token|appsecret_proof|app_secret|page_token|password|oauth_[a-z_]+|authorization)[\"']?\s*[=:]\s*[\"']?"
    r"(?:bearer\s+)?|bearer\s+)[^\s\"'&,}]{6,}"
)
HIDDEN = "[secret]"


def configure(
    form: Literal["auto", "console", "json"],
    secrets: Collection[str] = (),
    *,
    level: str = "info",
    stream: TextIO | None = None,
) -> None:
    """Send structlog's and the libraries' records to `stream` (stderr), secrets and anything like a token hidden.

    "auto" is the console when a person watches, JSON otherwise.
    """
    out = stream or sys.stderr
    console = form == "console" or (form == "auto" and out.isatty())
    hide = _Hider(secrets)
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
        structlog.stdlib.ExtraAdder(),
    ]
    last: Any = structlog.dev.ConsoleRenderer(colors=out.isatty()) if console else structlog.processors.JSONRenderer()
    endings = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _plain,
        structlog.processors.format_exc_info,
        hide,
        last,
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=endings))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("syndicator").setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared[:3],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _plain(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what says nothing, and print times as people write them."""
    for key, value in list(event.items()):
        if value is None:
            del event[key]
        elif hasattr(value, "isoformat"):
            event[key] = value.isoformat(timespec="seconds")
    return event


class _Hider:
    """Replaces secrets in every value of a record, the formatted exception included."""

    def __init__(self, secrets: Collection[str]) -> None:
        self._secrets = sorted((s for s in secrets if len(s) >= 4), key=len, reverse=True)

    def __call__(self, _logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            if isinstance(value, str):
                event[key] = self._hide(value)
            elif not isinstance(value, (int, float, bool)):
                event[key] = self._hide(str(value))
        return event

    def _hide(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return TOKENS.sub(lambda found: found.group(1) + HIDDEN, text)
