from . import json_log

json_log.install()  # before anything here can write a line

# The dispatcher registers the routing type "fynlo"; the routes of the controllers need it.
from . import http  # isort: skip
from . import controllers, models, wizards
from .hooks import post_init_hook, uninstall_hook
