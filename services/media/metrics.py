"""What the mixer's admin port shows: read when asked for, so that counting costs the tick nothing."""

from collections.abc import Callable, Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from services.media.console import Console
from services.media.metronome import Metronome
from services.media.transport.admission import Admission, Drop
from services.media.transport.session import Drop as PeerDrop


class MixerCollector(Collector):
    """Packets, ticks and rooms of one mixer."""

    def __init__(self, admission: Admission, metronome: Metronome, console: Console) -> None:
        self._admission = admission
        self._metronome = metronome
        self._console = console

    def collect(self) -> Iterator[Metric]:
        """As Collector.collect."""
        taken = CounterMetricFamily("parlor_rtp_packets_taken", "RTP packets that reached a source's jitter buffer")
        taken.add_metric([], self._admission.taken)
        yield taken
        dropped = CounterMetricFamily("parlor_rtp_packets_dropped", "Datagrams not taken, by reason", labels=["reason"])
        for reason in Drop:
            dropped.add_metric([reason.value], self._admission.dropped[reason])
        yield dropped
        late = CounterMetricFamily("parlor_mixer_late_ticks", "Ticks made more than 80 ms after their deadline")
        late.add_metric([], self._metronome.late_ticks)
        yield late
        rooms = GaugeMetricFamily("parlor_mixer_rooms", "Rooms that this mixer owns")
        rooms.add_metric([], len(self._console.rooms))
        yield rooms
        calls = GaugeMetricFamily("parlor_webrtc_calls", "WebRTC peers that send or hear")
        calls.add_metric([], len(self._console.calls.peers))
        yield calls
        lost = CounterMetricFamily(
            "parlor_webrtc_datagrams_dropped", "Datagrams not taken, by reason", labels=["reason"]
        )
        counted = self._console.calls.peers.counted()
        for why in PeerDrop:
            lost.add_metric([why.value], counted[why])
        yield lost


def export(
    admission: Admission, metronome: Metronome, console: Console, registry: CollectorRegistry = REGISTRY
) -> Callable[[], None]:
    """Show them; returns how to stop."""
    collector = MixerCollector(admission, metronome, console)
    registry.register(collector)
    return lambda: registry.unregister(collector)
