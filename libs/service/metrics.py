"""Metrics in the Prometheus text format. Make counters and gauges with prometheus-client, once, at module level;
names begin with `parlor_`, units are in the name (`_seconds`, `_bytes`), labels have few values and are never ids.
"""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

PAGE_TYPE = CONTENT_TYPE_LATEST

REQUESTS = Counter("parlor_http_requests_total", "HTTP requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "parlor_http_request_seconds",
    "From request to the end of the answer; streams count when they end",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
REFUSED = Counter("parlor_http_refused_total", "Requests turned down before any route saw them", ["reason"])


def page() -> bytes:
    """All metrics of this process."""
    return generate_latest()
