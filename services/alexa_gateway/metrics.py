"""What an operator sees of the skill."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("parlor_alexa_requests_total", "Verified requests from Alexa", ["kind"])
UNVERIFIED = Counter("parlor_alexa_unverified_total", "Requests turned down with 400", ["reason"])
UNKNOWN = Counter("parlor_alexa_unknown_total", "Verified requests of a type that we do not answer")
FORGOTTEN = Counter("parlor_alexa_forgotten_tokens_total", "AudioPlayer events for a stream that we no longer know")
REFUSED_BY_ALEXA = Counter("parlor_alexa_exceptions_total", "Answers of ours that Alexa did not like", ["type"])
DEGRADED = Counter("parlor_alexa_degraded_total", "Requests answered with a sentence because something was down")
SECONDS = Histogram(
    "parlor_alexa_answer_seconds",
    "From a verified request to its answer; Alexa waits for eight",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8),
)
