"""Spans arrive where the standard variables of OpenTelemetry say."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from libs.service.tracing import export_spans, span


class Collector(HTTPServer):
    """Takes what an exporter sends."""

    def __init__(self) -> None:
        self.names: list[str] = []
        super().__init__(("127.0.0.1", 0), Collecting)


class Collecting(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        request = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        scopes = [scope for resource in request.resource_spans for scope in resource.scope_spans]
        self.server.names += [f"{self.path} {scope.scope.name} {one.name}" for scope in scopes for one in scope.spans]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    serving = threading.Thread(target=made.serve_forever)
    serving.start()
    yield made
    made.shutdown()
    serving.join()
    made.server_close()


def test_spans_are_sent_where_the_environment_says(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    place = f"http://127.0.0.1:{collector.server_address[1]}"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", place)

    end = export_spans({"OTEL_EXPORTER_OTLP_ENDPOINT": place})
    with span("rooms", "OpenRoom"):
        pass
    end()

    assert collector.names == ["/v1/traces rooms OpenRoom"]


def test_nothing_is_sent_unless_the_environment_says_so(collector: Collector) -> None:
    end = export_spans({})
    with span("rooms", "OpenRoom"):
        pass
    end()

    assert collector.names == []
