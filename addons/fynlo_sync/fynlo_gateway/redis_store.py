"""Redis: carries batches between hosts, and holds the history that a restarted gateway lost."""

import contextlib

import redis

from .batch import Head

MAX_LENGTH = 10_000
TIMEOUT_S = 2
CHECK_S = 5

#: Appends and tells a batch in one step, if it follows the last one; else history has a hole.
_PUBLISH = """
local head = redis.call('HMGET', KEYS[1], 'label', 'position')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then return 0 end
for i = 2, #KEYS do
    redis.call('XADD', KEYS[i], 'MAXLEN', '~', ARGV[5], ARGV[3] .. '-0', 'tables', ARGV[4 + i])
end
redis.call('HSET', KEYS[1], 'position', ARGV[3])
redis.call('PUBLISH', KEYS[1], ARGV[4])
return 1
"""

Error = redis.RedisError


class RedisStore:
    """The keys of one database: a head, and a stream for each room of each history."""

    def __init__(self, url, database):
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            health_check_interval=CHECK_S,  # a subscription hears nothing of a cut cable
            decode_responses=True,
        )
        self.channel = f"fynlo:{database}:batches"
        self._publish = self._redis.register_script(_PUBLISH)

    def publish(self, batch):
        """Append one batch and tell it; ``False``: what Redis holds does not end before it.

        :raise Error: Redis does not answer; the batch may have been told
        """
        head = batch.head
        rooms = list(batch.tables)
        keys = [self.channel, *(self._stream(head.label, room) for room in rooms)]
        tables = [",".join(batch.tables[room]) for room in rooms]
        before = head.position - 1
        arguments = [head.label, before, head.position, batch.to_json(), MAX_LENGTH, *tables]
        return bool(self._publish(keys, arguments))

    def restart(self, head):
        """Begin a new history after ``head``; drop the older ones.

        :raise Error: Redis does not answer
        """
        self._redis.hset(self.channel, mapping={"label": head.label, "position": head.position})
        for key in self._redis.scan_iter(match=f"{self.channel}:*"):
            if not key.startswith(f"{self.channel}:{head.label}:"):
                self._redis.unlink(key)

    def tell(self, batch):
        """Tell a batch that no history holds."""
        self._redis.publish(self.channel, batch.to_json())

    def since(self, head, position, rooms):
        """Return the tables that changed for ``rooms`` after ``position``, and up to where.

        :param head: what is asked about must reach at least there
        :return: ``(tables, position)``, or ``None`` when the history does not hold it all
        :raise Error: Redis does not answer
        """
        asked = self._redis.pipeline(transaction=True)
        asked.hmget(self.channel, "label", "position")
        keys = [self._stream(head.label, room) for room in sorted(rooms)]
        for key in keys:
            asked.xrange(key, count=1)
            asked.xlen(key)
            asked.xrange(key, min=f"({position}-0")
        (label, reached), *found = asked.execute()
        if label != head.label or int(reached) < head.position:
            return None
        tables = set()
        for first, length, entries in zip(*[iter(found)] * 3, strict=True):
            # A stream that may have been cut holds nothing before its first entry.
            if length >= MAX_LENGTH and _position(first[0]) > position + 1:
                return None
            for _id, values in entries:
                tables.update(values["tables"].split(","))
        return tables, int(reached)

    def read_head(self):
        """Return ``(label, position)`` of the history, ``(None, None)`` without one."""
        return tuple(self._redis.hmget(self.channel, "label", "position"))

    def subscribe(self):
        """Return an open subscription to the batches; a context.

        :raise Error: Redis does not answer
        """
        subscription = self._redis.pubsub(ignore_subscribe_messages=True)
        subscription.subscribe(self.channel)
        return contextlib.closing(subscription)

    def _stream(self, label, room):
        return f"{self.channel}:{label}:{room}"


def _position(entry):
    return int(entry[0].partition("-")[0])


def parse_label(label, position):
    """Return the :class:`Head` of what :meth:`RedisStore.read_head` gave."""
    epoch, _, stream = label.partition(".")
    return Head(int(epoch), int(stream), int(position))
