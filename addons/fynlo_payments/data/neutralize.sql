-- A copy charges nobody at Square, and has no card readers. Odoo's addons see to the other keys.
UPDATE payment_provider
   SET square_access_token = NULL, square_location = NULL, square_signature_key = NULL;
UPDATE pos_config SET fynlo_terminal_location = NULL;
-- A copy opens no Apple Pay on the shop's pages: its keys cannot be used elsewhere, and are gone.
UPDATE fynlo_apple_pay_certificate SET sealed_key = NULL, active = false;
UPDATE fynlo_apple_pay_merchant SET active = false;
