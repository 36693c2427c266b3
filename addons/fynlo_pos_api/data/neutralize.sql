-- A copy tells nobody outside what happens on it, and cannot sign as the shop.
UPDATE fynlo_webhook SET active = false, sealed_secret = NULL;
UPDATE fynlo_webhook_delivery SET state = 'dead', last_error = 'This is a copy.'
 WHERE state IN ('pending', 'sending', 'failed');
