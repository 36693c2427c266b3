from . import audit
from . import devices
from . import health
from . import openapi
from . import pin
from . import auth
