"""A bound on how long a call to another machine takes as a whole."""

from queue import Empty, SimpleQueue
from threading import Thread


def within(seconds, call):
    """Return what ``call`` returns, or raise what it raises.

    The timeouts of HTTP clients count between two bytes: who sends one now and then is never late.
    What comes after the deadline is dropped; the call itself ends some time.

    :raise TimeoutError: it takes longer
    """
    answers = SimpleQueue()

    def run():
        try:
            answers.put((call(), None))
        except Exception as error:
            answers.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        result, error = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if error:
        raise error
    return result
