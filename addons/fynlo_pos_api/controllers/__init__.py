from . import orders
from . import sessions
