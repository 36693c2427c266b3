-- A copy is another database: production refuses its tokens, and it refuses production's.
DELETE FROM fynlo_signing_key;
UPDATE ir_config_parameter SET value = gen_random_uuid()::text WHERE key = 'database.uuid';

-- Nobody is signed in on the copy: its tills were never paired with it.
UPDATE fynlo_auth_session
   SET revoked_at = now() AT TIME ZONE 'UTC', revoke_reason = 'neutralized'
 WHERE revoked_at IS NULL;
DELETE FROM fynlo_refresh_token;
UPDATE fynlo_device SET state = 'revoked', revoked_at = now() AT TIME ZONE 'UTC'
 WHERE state = 'active';
