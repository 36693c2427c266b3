"""What is remembered of each request: one log line and the figures of ``/metrics``."""

import time


class Observation:
    """Facts of one request, from its first byte to its response."""

    def __init__(self):
        self.started_s = time.perf_counter()
        self.is_replay = False
        self.is_finished = False

    def finish(self, dispatcher, status, error_code):
        """Record the request once, whichever way it ended."""
        if self.is_finished:
            return
        self.is_finished = True
