"""What a customer wants to hear, and by which channel."""

from typing import Literal

from odoo.addons.fynlo_base.schemas.base import Body, Reply, UtcInstant

Source = Literal["till", "online", "paper", "phone", "import", "office"]
_CHANNELS = ("email", "sms", "push", "phone", "post")


class ChannelUpdate(Body):
    """A yes or a no for one channel; what is not named stays as it is."""

    marketing: bool | None = None
    service: bool | None = None


class PreferencesUpdate(Body):
    """What a customer has said, and how we know."""

    email: ChannelUpdate | None = None
    sms: ChannelUpdate | None = None
    push: ChannelUpdate | None = None
    phone: ChannelUpdate | None = None
    post: ChannelUpdate | None = None
    source: Source | None = None

    def words(self):
        """Yield ``(channel, purpose, allowed)`` of what is named."""
        for channel in _CHANNELS:
            said = getattr(self, channel)
            for purpose in ("marketing", "service") if said else ():
                if (allowed := getattr(said, purpose)) is not None:
                    yield channel, purpose, allowed


class WordView(Reply):
    """A yes or a no; without ``decidedAt`` nobody was asked and it is the default."""

    allowed: bool
    decided_at: UtcInstant | None
    source: Source | None


class ChannelView(Reply):
    """``isBlocked``: Odoo's blacklist has the address, so no marketing goes there."""

    marketing: WordView
    service: WordView
    is_blocked: bool


class PreferencesView(Reply):
    """What may be sent to a customer by each channel."""

    email: ChannelView
    sms: ChannelView
    push: ChannelView
    phone: ChannelView
    post: ChannelView

    @classmethod
    def of(cls, customer):
        """Build it from one ``res.partner``."""
        return cls(**customer._fynlo_read_preferences())
