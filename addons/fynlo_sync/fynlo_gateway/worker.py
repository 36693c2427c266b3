"""Threads that hold a connection, and get a new one when it breaks."""

import os
import threading

from . import log

FIRST_PAUSE_S, LAST_PAUSE_S = 0.2, 2.0


class Worker(threading.Thread):
    """Calls :meth:`work` until :meth:`stop`; what it raises of :attr:`breaks` is tried again.

    :attr:`is_up` tells whether the connection holds.
    """

    breaks = ()

    def __init__(self):
        super().__init__(name=type(self).__name__.lower(), daemon=True)
        self.is_up = False
        self.wakes, self._waker = os.pipe()
        self._stopping = threading.Event()
        self._pause_s = FIRST_PAUSE_S

    @property
    def is_stopping(self):
        return self._stopping.is_set()

    def work(self):
        """Hold a connection until it breaks or :attr:`is_stopping`; :meth:`up` once it works."""
        raise NotImplementedError

    def up(self):
        """Tell that the connection works."""
        self._pause_s = FIRST_PAUSE_S
        if not self.is_up:
            self.is_up = True
            log.tell("connected", worker=self.name)

    def run(self):
        while not self.is_stopping:
            try:
                self.work()
            except self.breaks as error:
                self._note(error)
            except Exception:
                log.fail("worker_failed")
                self._note(None)
        self.is_up = False

    def stop(self):
        """End the thread, and wait until it has let its connection go."""
        self._stopping.set()
        os.write(self._waker, b"x")
        self.join()
        os.close(self._waker)
        os.close(self.wakes)

    def _note(self, error):
        """Pause, longer each time; the first of several failures is logged."""
        if self.is_up or self._pause_s == FIRST_PAUSE_S:
            log.warn("disconnected", worker=self.name, error=type(error).__name__)
        self.is_up = False
        self._stopping.wait(self._pause_s)
        self._pause_s = min(self._pause_s * 2, LAST_PAUSE_S)
