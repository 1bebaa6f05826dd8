"""The one table of event handlers: which room acts when another room says that something happened."""

from collections.abc import Callable, Mapping

HANDLERS: Mapping[type, tuple[Callable, ...]] = {}
