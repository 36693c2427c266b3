from . import fynlo_pair_wizard, fynlo_pin_wizard
