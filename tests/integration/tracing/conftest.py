"""The rooms service of tests/integration/rooms, and whoever looks at the spans of this process."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from libs.service.tracing import provider
from tests.integration.rooms.conftest import broker, lobby, log, settings

__all__ = ["broker", "lobby", "log", "settings"]

_seen = InMemorySpanExporter()
provider().add_span_processor(SimpleSpanProcessor(_seen))


class Spans:
    """Spans that have ended since the test began."""

    def named(self, name: str) -> list[ReadableSpan]:
        """Those of this name, oldest first."""
        return [one for one in _seen.get_finished_spans() if one.name == name]

    def of(self, trace: str) -> list[str]:
        """Names in one trace (32 hexadecimal digits), oldest first."""
        return [one.name for one in _seen.get_finished_spans() if f"{trace_of(one):032x}" == trace]


def trace_of(one: ReadableSpan) -> int:
    """The trace that a span is in."""
    assert one.context is not None
    return int(one.context.trace_id)


def linked_to(one: ReadableSpan) -> set[str]:
    """The traces that a span is linked to."""
    return {f"{link.context.trace_id:032x}" for link in one.links}


@pytest.fixture
def spans() -> Iterator[Spans]:
    _seen.clear()
    yield Spans()
    _seen.clear()
