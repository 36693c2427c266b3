"""Pulls as a till makes them: page by page, merged into one answer."""

from urllib.parse import urlencode

from odoo.addons.fynlo_sync.schemas.pull import PullQuery

KINDS = ("created", "updated", "deleted")


def merge(pages):
    """Return the pages of a pull as one, as an adapter merges them."""
    merged = next(pages)
    for page in pages:
        for name, changes in page["changes"].items():
            for kind in KINDS:
                merged["changes"][name][kind] += changes[kind]
    return merged


def pages_of(ask, params):
    """Yield the pages of a pull; ``ask(params)`` returns the ``data`` of one."""
    data = ask(params)
    yield data
    while data["hasMore"]:
        data = ask({"pageToken": data["pageToken"]})
        yield data


def pull_as(env, **params):
    """Return what a pull tells in the environment of a principal, without HTTP."""

    def ask(params):
        query = PullQuery.model_validate(params)
        return env["fynlo.pull"]._fynlo_pull(query).model_dump(by_alias=True, mode="json")

    return merge(pages_of(ask, params))


def pull_over_http(case, token=None, **params):
    """Return what a pull over HTTP tells an ``FynloHttpCase``."""

    def ask(params):
        response = case.api("GET", f"/sync/pull?{urlencode(params)}", token=token or case.token)
        return case.assertSuccess(response)

    return merge(pages_of(ask, params))


def rows_of(data, name):
    """Return the rows that a pull tells of a collection, by their ids."""
    return {row["id"]: row for row in data["changes"][name]["updated"]}


def told(data):
    """Return the ids that a pull tells where it tells any: ``{collection: (updated, deleted)}``."""
    return {
        name: ({row["id"] for row in changes["updated"]}, set(changes["deleted"]))
        for name, changes in data["changes"].items()
        if changes["updated"] or changes["deleted"]
    }
