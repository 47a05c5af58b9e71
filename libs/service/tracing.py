"""Traces, by OpenTelemetry: W3C Trace Context through HTTP, NATS and commands, into the facts that they led to.

    HTTP request          continues the caller's `traceparent`, or begins a trace
      question on NATS    the header `traceparent`
        command           facts say the command's own span as their `traceparent`
    ------------------
    work on a fact        a trace of its own, linked to the fact's

Whoever works on a fact, whether it has just happened or is replayed a year later, is linked to its trace and never
adds to it: a replay must not continue what was over long ago.

Without an exporter spans go nowhere, but they still have ids, so that the facts of one request can be found together.
With `OTEL_EXPORTER_OTLP_ENDPOINT` they go there; all of OpenTelemetry's own variables hold. No span says who asked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import islice

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from libs.service.cannotstart import CannotStart

HEADER = "traceparent"
LINKED = 32
"""At most so many traces are linked to the work on one batch."""
FLUSH_MS = 5_000
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_wire = TraceContextTextMapPropagator()


@cache
def provider() -> TracerProvider:
    """Where this process's spans are made; add a processor to see them."""
    return TracerProvider(resource=Resource.create({"service.namespace": "parlor"}), shutdown_on_exit=False)


def export_spans(environ: Mapping[str, str]) -> Callable[[], None]:
    """Send spans where the environment says, if it says so; returns how to send the last of them, within 5 s.

    Raises CannotStart when the exporter is not installed.
    """
    if not any(environ.get(name) for name in ENDPOINTS):
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as fault:
        raise CannotStart(
            f"{ENDPOINTS[0]} is set, but what sends spans there is not installed: pip install parlor[otlp]"
        ) from fault
    processor = BatchSpanProcessor(OTLPSpanExporter())
    provider().add_span_processor(processor)

    def end() -> None:
        processor.force_flush(FLUSH_MS)
        processor.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves this one untyped

    return end


@contextmanager
def span(part: str, name: str, parent: str | None = None, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[trace.Span]:
    """A span under `parent` (a `traceparent`; what is none counts as absent), else under the present one, else the
    first of a new trace. An exception that leaves it is noted in it by its kind; what it says may be somebody's.
    """
    context = _wire.extract({HEADER: parent}) if parent else None
    with (
        provider()
        .get_tracer(part)
        .start_as_current_span(name, context, kind, record_exception=False, set_status_on_exception=False) as one
    ):
        try:
            yield one
        except BaseException as fault:
            one.set_attribute("error.type", type(fault).__name__)
            raise


@contextmanager
def linked(part: str, name: str, causes: Iterable[str | None]) -> Iterator[trace.Span]:
    """A span that begins a trace of its own, linked to those of its causes (each a `traceparent`)."""
    contexts = (context for context in map(_context, dict.fromkeys(causes)) if context is not None)
    links = [Link(context) for context in islice(contexts, LINKED)]
    with (
        provider()
        .get_tracer(part)
        .start_as_current_span(name, Context(), SpanKind.CONSUMER, links=links, record_exception=False) as one
    ):
        yield one


def current() -> str | None:
    """The present span as a `traceparent` (W3C Trace Context section 3.2); None outside of any."""
    carrier: dict[str, str] = {}
    _wire.inject(carrier)
    return carrier.get(HEADER)


def trace_id() -> str | None:
    """The present trace, 32 hexadecimal digits; for log lines."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def _context(traceparent: str | None) -> SpanContext | None:
    if traceparent is None:
        return None
    context = trace.get_current_span(_wire.extract({HEADER: traceparent}, Context())).get_span_context()
    return context if context.is_valid else None
