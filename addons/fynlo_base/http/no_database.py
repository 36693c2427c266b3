"""What a client of the API is told while the database cannot be reached.

Odoo goes on without a database then, and answers every path with a page and 404. A till would take
that for a final answer and give up the sale it is sending.
"""

from odoo.http import Request

from ..exceptions import BusyError
from .dispatcher import FynloDispatcher
from .route import API_PREFIX

_serve_nodb = Request._serve_nodb


def _serve_without_database(self):
    if not f"{self.httprequest.path}/".startswith(f"{API_PREFIX}/"):
        return _serve_nodb(self)
    self.dispatcher = FynloDispatcher(self)
    return self.dispatcher.handle_error(BusyError())


Request._serve_nodb = _serve_without_database
