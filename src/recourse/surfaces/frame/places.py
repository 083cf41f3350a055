"""What a place is called on a page: the platform's name and the kind of thing, never its address.

Refuses: to guess. A kind without words here is shown by the platform's name alone; a test lists those missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from recourse.world.rules.load import rules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KINDS: Mapping[str, StrOrPromise] = MappingProxyType(
    {
        "message": _("%(platform)s post"),
        "post": _("%(platform)s post"),
        "post_by_owner": _("%(platform)s post"),
        "group_post": _("%(platform)s post in a group"),
        "photo": _("%(platform)s photo"),
        "album": _("%(platform)s album"),
        "video": _("%(platform)s video"),
        "clip": _("%(platform)s clip"),
        "playlist": _("%(platform)s playlist"),
        "comment": _("%(platform)s comment"),
        "story": _("%(platform)s story"),
        "highlight": _("%(platform)s highlight"),
        "private_message": _("%(platform)s post in a closed group"),
        "invite": _("%(platform)s invitation to a closed group"),
        "group": _("%(platform)s group"),
        "channel_or_user": _("%(platform)s channel or account"),
        "channel": _("%(platform)s channel"),
        "channel_number": _("%(platform)s channel"),
        "channel_old_name": _("%(platform)s channel"),
        "account": _("%(platform)s account"),
        "account_number": _("%(platform)s account"),
        "short_link": _("%(platform)s short link"),
        "share_link": _("%(platform)s share link"),
        "page": _("Page on a website"),
        "page_view": _("View inside a page on a website"),
    }
)


def place_words(platform: str, kind: str = "") -> str:
    """Return what a place is called: "Telegram post"."""
    rule = rules().platforms.get(platform)
    name = rule.name if rule else platform
    words = KINDS.get(kind)
    return str(words) % {"platform": name} if words else name
