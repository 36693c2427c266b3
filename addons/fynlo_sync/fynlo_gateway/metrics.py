"""Figures of one gateway, for Prometheus. No label comes from a client."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()

CONNECTIONS = Gauge("fynlo_gateway_connections", "Signed-in connections", registry=REGISTRY)
HALF_OPEN = Gauge("fynlo_gateway_half_open", "Connections not signed in yet", registry=REGISTRY)
LEADER = Gauge("fynlo_gateway_leader", "1: this gateway reads for all", registry=REGISTRY)
LINK_UP = Gauge("fynlo_gateway_link_up", "1: the link holds", ["link"], registry=REGISTRY)
SENT = Counter("fynlo_gateway_frames", "Frames to clients", ["type"], registry=REGISTRY)
CLOSED = Counter(
    "fynlo_gateway_closed", "Connections that were ended here", ["reason"], registry=REGISTRY
)
REFUSED = Counter("fynlo_gateway_refused", "Handshakes refused", ["status"], registry=REGISTRY)
RESUMED = Counter("fynlo_gateway_resumed", "Connections that came back", ["how"], registry=REGISTRY)
RELAYED = Counter("fynlo_gateway_relayed", "Batches told to all", ["over"], registry=REGISTRY)
FAN_OUT = Histogram(
    "fynlo_gateway_fan_out_seconds",
    "Time to hand one batch to all its connections",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1),
    registry=REGISTRY,
)


def render():
    """Return the text of ``/metrics``."""
    return generate_latest(REGISTRY).decode()
