"""The log: structured lines on standard error."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up_log(level: str = "warning", form: str = "text", *, serving: bool = False) -> None:
    """Log from `level` on: `text` for people, `json` for machines.

    Tracebacks come without the values of variables, which hold what customers wrote. A
    serving process sets its log up once, before anything is logged: its loggers are kept.
    """
    rendered: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *rendered,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=serving,
    )
    if serving:
        logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
