"""Events: the way up. A room writes what happened in its own transaction; higher rooms act on it afterwards."""

import dataclasses
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from localcare.base import clock
from localcare.base.models import OutboxEvent

logger = logging.getLogger(__name__)


def publish(event: Any) -> None:
    """Write an event (a frozen dataclass of plain values) in the current transaction."""
    OutboxEvent.objects.create(name=_name(type(event)), payload=dataclasses.asdict(event), occurred_at=clock.now())


def deliver(handlers: Mapping[type, tuple[Callable, ...]], limit: int = 500) -> int:
    """Hand waiting events to their handlers in order, each in its own transaction; the number handled.

    An event whose handler fails stays, with the failure noted, and does not hold up the others.
    """
    by_name = {_name(kind): (kind, functions) for kind, functions in handlers.items()}
    handled = 0
    for row in OutboxEvent.objects.filter(handled_at=None, failure="")[:limit]:
        kind, functions = by_name.get(row.name, (dict, ()))
        try:
            with transaction.atomic():
                for function in functions:
                    function(kind(**row.payload))
                OutboxEvent.objects.filter(pk=row.pk).update(handled_at=clock.now())
                handled += 1
        except Exception as error:
            # The payload may name a patient: only the kind of failure is kept.
            logger.error("outbox event %s failed: %s", row.pk, type(error).__name__)
            OutboxEvent.objects.filter(pk=row.pk).update(failure=type(error).__name__)
    return handled


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
