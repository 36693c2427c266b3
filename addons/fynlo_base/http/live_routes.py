"""The routes that answer right now, read from Odoo's routing map: those of installed addons."""

import threading

from .route import ROUTING_TYPE


def live_routes(env):
    """Return ``(rule, spec)`` of every route of the API, sorted by path and methods.

    :return: list of pairs of a ``werkzeug.routing.Rule`` and an :class:`~.route.ApiSpec`
    """
    threading.current_thread().dbname = env.cr.dbname  # where Odoo's map looks for its database
    found = [
        (rule, rule.endpoint.routing["fynlo"])
        for rule in env["ir.http"].routing_map().iter_rules()
        if rule.endpoint.routing["type"] == ROUTING_TYPE
    ]
    return sorted(found, key=lambda pair: (pair[1].path, pair[1].methods))


def allowed_methods(env, path):
    """Return the sorted HTTP methods that ``path`` knows; none if there is no such path."""
    return sorted(env["ir.http"].routing_map().bind("").allowed_methods(path))
