"""Errors of the sync: one class per code."""

from odoo.addons.fynlo_base.exceptions import FynloError


class PullOutdatedError(FynloError):
    """The pages of this pull do not fit together any more: begin it again, without a token."""

    status, code = 409, "pull_outdated"
    message = "Begin this pull again, without pageToken."
