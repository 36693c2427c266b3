from . import fynlo_pair_wizard
from . import fynlo_pin_wizard
