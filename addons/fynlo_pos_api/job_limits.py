"""Odoo's limits of time, for a job whose every step is short and which takes long as a whole."""

import resource
import threading
import time

from odoo.tools import config

#: Most seconds of processor and on the clock that one job is given.
JOB_LIMIT_S = 3600


class JobLimits:
    """Moves the limits of the process that works a job off on, as long as the job gets on.

    Odoo gives a whole scheduled action as much processor time as one request
    (``limit_time_cpu``), and without workers a thread as much time on the clock. Here each step
    of the job gets that. A step that hangs is ended as ever, and so is the job in the end: see
    ``JOB_LIMIT_S``. The clock of a process with workers is its parent's and cannot be moved:
    ``limit_time_real_cron`` has to be long enough for the longest job.
    """

    def __init__(self):
        self._cpu_end = time.process_time() + JOB_LIMIT_S
        self._end = time.time() + JOB_LIMIT_S

    def get_on(self):
        """Give the next step as much time as Odoo gives a request."""
        self._move_processor()
        thread = threading.current_thread()
        # Odoo's own mark of when the work of a thread began; it stops the server by it.
        if getattr(thread, "start_time", None) and time.time() < self._end:
            thread.start_time = time.time()

    def _move_processor(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        if soft == resource.RLIM_INFINITY:
            return
        wanted = int(min(time.process_time() + config["limit_time_cpu"], self._cpu_end))
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (max(soft, wanted), hard))
