from . import fynlo_drawer_close_wizard
