from . import audit, auth, devices, health, openapi, pin
