from . import fynlo_payment_settle_wizard
