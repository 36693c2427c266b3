"""Figures for Prometheus, summed over all worker processes.

Under several workers each process counts in files of its own in one directory, and ``/metrics``
adds them up. The directory must be named before ``prometheus_client`` is imported: this module
is the only one that imports it.
"""

import fcntl
import hmac
import logging
import os
import socket
from contextlib import contextmanager
from pathlib import Path

from odoo.tools import config

from ..exceptions import ForbiddenError
from ..settings import read_setting

_logger = logging.getLogger(__name__)
_DIRECTORY_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_PROXY_HEADERS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded")


def _prepare_directory():
    """Return the directory of the counters' files; ``None`` in a single process."""
    if named := os.environ.get(_DIRECTORY_VARIABLE):
        return Path(named)
    if not config["workers"]:
        return None
    name = f"{socket.gethostname()}-{config['http_port']}"
    directory = Path(config["data_dir"], "fynlo_metrics", name)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        _logger.warning("Metrics of this process only, no directory for the others: %s", error)
        return None
    os.environ[_DIRECTORY_VARIABLE] = str(directory)
    return directory


_directory = _prepare_directory()

from prometheus_client import (  # noqa: E402  see above
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily  # noqa: E402
from prometheus_client.mmap_dict import MmapedDict  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

CONTENT_TYPE = CONTENT_TYPE_LATEST
_registry = CollectorRegistry()
_BUCKETS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

requests_seconds = Histogram(
    "fynlo_http_request_seconds",
    "Time from the first byte of a request to its sent answer",
    ("route", "method", "status"),
    buckets=_BUCKETS_S,
    registry=_registry,
)
_children = {}


def make_counter(name, help_text, labels=()):
    """Return a new Prometheus counter ``fynlo_<name>_total``; call it once, at import."""
    return Counter(f"fynlo_{name}", help_text, labels, registry=_registry)


replays = make_counter("http_replays", "Repeated POSTs answered from memory", ("route",))
refusals = make_counter("http_refusals", "Answers that are no success", ("code",))


def observe_request(route, method, status, seconds, error_code, is_replay):
    """Count one answered request."""
    key = (route, method, status)
    child = _children.get(key)
    if child is None:
        child = _children[key] = requests_seconds.labels(*key)
    child.observe(seconds)
    if error_code:
        refusals.labels(error_code).inc()
    if is_replay:
        replays.labels(route).inc()


def render(gauges):
    """Return the text of ``/metrics``.

    :param gauges: ``{name: (help, value)}`` of figures that are read now, e.g. from the database
    """
    registry = CollectorRegistry()
    registry.register(_Gauges(gauges))
    if _directory is None:
        return generate_latest(_registry) + generate_latest(registry)
    with _locked(_directory):
        _fold_dead(_directory)
        MultiProcessCollector(registry, path=str(_directory))
        return generate_latest(registry)


def is_trusted(httprequest):
    """Tell whether a request comes from this machine itself or carries the metrics token.

    Behind a proxy on the same machine everybody seems to come from it: a request that a proxy
    has touched is never local.
    """
    token = read_setting("metrics_token")
    given = httprequest.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    is_local = httprequest.remote_addr in ("127.0.0.1", "::1")
    return is_local and not any(name in httprequest.headers for name in _PROXY_HEADERS)


def require_trusted(httprequest):
    """Refuse a request that :func:`is_trusted` does not know.

    :raise ForbiddenError: from elsewhere and without the metrics token
    """
    if not is_trusted(httprequest):
        raise ForbiddenError("Metrics are for this machine, or with the metrics token.")


class _Gauges:
    """Collector of figures that were read for this one answer."""

    def __init__(self, gauges):
        self.gauges = gauges

    def collect(self):
        for name, (help_text, value) in self.gauges.items():
            yield GaugeMetricFamily(f"fynlo_{name}", help_text, value=value)


@contextmanager
def _locked(directory):
    with open(directory / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fold_dead(directory):
    """Add the files of workers that are gone to one file, so that they do not pile up."""
    for path in directory.glob("*_*.db"):
        kind, _, owner = path.stem.rpartition("_")
        if not owner.isdigit() or _is_alive(int(owner)):
            continue
        total = MmapedDict(str(directory / f"{kind}_gone.db"))
        for key, value, timestamp, _position in MmapedDict.read_all_values_from_file(str(path)):
            total.write_value(key, total.read_value(key)[0] + value, timestamp)
        total.close()
        path.unlink()


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
