"""What the mixer's admin port shows: read when asked for, so that counting costs the tick nothing."""

from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from services.media.helm import Helm
from services.media.recording.thread import Recording
from services.media.transport.session import Drop as PeerDrop

OTHERS = {"taken", "sent", "unsent", "tick", "tardy", "skipped", "stems-left-out"}
"""What a desk counts beside datagrams that it did not take."""


class MixerCollector(Collector):
    """Packets, ticks and rooms of one mixer."""

    def __init__(self, helm: Helm, recording: Recording | None) -> None:
        self._consoles = helm.consoles
        self._recording = recording

    def collect(self) -> Iterator[Metric]:
        """As Collector.collect."""
        counts: Counter[str] = Counter()
        for console in self._consoles:
            counts.update(console.deck.desk.counts())
        taken = CounterMetricFamily("parlor_rtp_packets_taken", "RTP packets that reached a source's jitter buffer")
        taken.add_metric([], counts["taken"])
        yield taken
        dropped = CounterMetricFamily("parlor_rtp_packets_dropped", "Datagrams not taken, by reason", labels=["reason"])
        for reason in counts.keys() - OTHERS:
            dropped.add_metric([reason], counts[reason])
        yield dropped
        late = CounterMetricFamily("parlor_mixer_late_ticks", "Ticks made more than 80 ms after their deadline")
        late.add_metric([], counts["tardy"])
        yield late
        sent = CounterMetricFamily("parlor_mixer_packets_sent", "Packets of sound to people who listen on a stage")
        sent.add_metric([], counts["sent"])
        yield sent
        unkept = CounterMetricFamily("parlor_recording_left_out", "Packets and ticks that the disk was too slow for")
        unkept.add_metric([], counts["stems-left-out"] + (self._recording.left_out if self._recording else 0))
        yield unkept
        threads = GaugeMetricFamily("parlor_mixer_tick_threads", "Threads that mix")
        threads.add_metric([], len(self._consoles))
        yield threads
        rooms = GaugeMetricFamily("parlor_mixer_rooms", "Rooms that this mixer owns")
        rooms.add_metric([], sum(len(console.rooms) for console in self._consoles))
        yield rooms
        calls = GaugeMetricFamily("parlor_webrtc_calls", "WebRTC peers that send or hear")
        calls.add_metric([], sum(len(console.calls.peers) for console in self._consoles))
        yield calls
        lost = CounterMetricFamily(
            "parlor_webrtc_datagrams_dropped", "Datagrams not taken, by reason", labels=["reason"]
        )
        counted = sum((console.calls.peers.counted() for console in self._consoles), start=Counter[PeerDrop]())
        for why in PeerDrop:
            lost.add_metric([why.value], counted[why])
        yield lost


def export(
    helm: Helm, recording: Recording | None = None, registry: CollectorRegistry = REGISTRY
) -> Callable[[], None]:
    """Show them; returns how to stop."""
    collector = MixerCollector(helm, recording)
    registry.register(collector)
    return lambda: registry.unregister(collector)
