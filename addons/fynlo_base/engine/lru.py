"""A bounded memory of bytes: what was not used for longest goes first."""

from collections import OrderedDict
from threading import Lock

#: What one entry costs beside its bytes (key, list nodes): keeps many tiny values bounded too.
ENTRY_OVERHEAD_BYTES = 512


class ByteCache:
    """A thread-safe LRU cache of bytes, bounded by their total size.

    :param limit_bytes: most bytes held, :data:`ENTRY_OVERHEAD_BYTES` counted for each entry
    """

    def __init__(self, limit_bytes):
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self._entries = OrderedDict()
        self._lock = Lock()

    def get(self, key):
        """Return the bytes under ``key``, or ``None``."""
        with self._lock:
            value = self._entries.get(key)
            if value is not None:
                self._entries.move_to_end(key)
            return value

    def put(self, key, value):
        """Keep ``value``; a value larger than the whole cache is not kept."""
        cost = _cost(value)
        with self._lock:
            self._drop(key)
            if cost > self.limit_bytes:
                return
            self._entries[key] = value
            self.size_bytes += cost
            while self.size_bytes > self.limit_bytes:
                self._drop(next(iter(self._entries)))

    def clear(self):
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self.size_bytes = 0

    def _drop(self, key):
        value = self._entries.pop(key, None)
        if value is not None:
            self.size_bytes -= _cost(value)


def _cost(value):
    return len(value) + ENTRY_OVERHEAD_BYTES
