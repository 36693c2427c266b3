"""What the paths of this addon name, for the test that asks every route as everybody."""

from uuid import uuid4


def make_subjects(subjects):
    """Return ``{part of the path: public id}`` of records in the store of ``subjects``."""
    env, store = subjects.env, subjects.store
    device = env["fynlo.device"].search([("config_id", "=", store.id)], limit=1)
    conflict = (
        env["fynlo.sync.conflict"]
        .sudo()
        .create(
            {
                "config_id": store.id,
                "device_id": device.id,
                "collection": "customers",
                "kind": "columns",
                "subject": str(uuid4()),
            }
        )
    )
    return {"conflicts": conflict.fynlo_uuid}
