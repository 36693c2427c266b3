"""The websocket gateway of the tills: a process beside Odoo that tells them when to synchronise.

``python -m fynlo_gateway`` runs it. It needs no Odoo: it reads the changelog that the addon's
triggers write, and verifies access tokens with the keys that Odoo publishes.
"""
