from . import devices
from . import pin
