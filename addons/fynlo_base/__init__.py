# The dispatcher registers the routing type "fynlo"; the routes of the controllers need it.
from . import http  # isort: skip
from . import controllers, json_log, models, wizards
from .hooks import post_init_hook, uninstall_hook

json_log.install()
