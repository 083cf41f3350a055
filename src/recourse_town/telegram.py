"""Telegram's public pages, as far as anybody can see them without an account.

Built from published markers (integrations of the widget, RSSHub, snscrape): a post answers HTTP 200 whether
it exists or not and says "Post not found" in `.tgme_widget_message_error`; a channel without a preview
redirects from /s/name to /name; an unknown name gets the page that offers to contact it.
Refuses: private links (/c/, invites), media, and any word that is not invented scenery.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qs, urlsplit

from recourse_town.web import Answer
from recourse_town.world import Post, Town

HOSTS = ("t.me", "telegram.me", "telegram.dog")
POST = re.compile(r"^/(?P<preview>s/)?(?P<name>[A-Za-z][A-Za-z0-9_]{3,31})/(?P<number>\d{1,12})/?$")
CHANNEL = re.compile(r"^/(?P<preview>s/)?(?P<name>[A-Za-z][A-Za-z0-9_]{3,31})/?$")

FRAME = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<meta property="og:title" content="{title}"><meta property="og:description" content="{description}">
</head><body>{body}</body></html>"""


def _frame(title: str, description: str, body: str) -> str:
    return FRAME.format(title=title, description=description, body=body)


def answer(town: Town, target: str) -> Answer:
    """Return the page for a request target, as Telegram would."""
    parts = urlsplit(target)
    if match := POST.match(parts.path):
        name, number = match["name"], int(match["number"])
        if match["preview"]:
            return _preview(town, name) if town.up_in(name) else _to(f"/{name}/{number}")
        embedded = parse_qs(parts.query).get("embed") == ["1"]
        return _embed(town, name, number) if embedded else _landing(town, name, number)
    if match := CHANNEL.match(parts.path):
        if match["preview"] and not town.up_in(match["name"]):
            return _to(f"/{match['name']}")
        return _preview(town, match["name"]) if match["preview"] else _channel(town, match["name"])
    return Answer(404, _frame("Telegram", "", ""))


def _to(path: str) -> Answer:
    return Answer(302, "", (("Location", path),))


def _embed(town: Town, name: str, number: int) -> Answer:
    post = town.find(name, number)
    if post is None:
        body = (
            '<div class="tgme_widget_message js-widget_message">'
            '<div class="tgme_widget_message_error">Post not found</div></div>'
        )
    else:
        body = _message(post)
    return Answer(
        200,
        _frame("Telegram Widget", "", body),
    )


def _message(post: Post) -> str:
    where = f"{post.channel}/{post.number}"
    return (
        f'<div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="{where}" '
        'data-view="1"><div class="tgme_widget_message_user"></div>'
        '<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author">'
        f'<a class="tgme_widget_message_owner_name" href="https://t.me/{escape(post.channel)}">'
        f"<span>{escape(post.channel)}</span></a></div>"
        f'<div class="tgme_widget_message_text js-message_text">{escape(post.text)}</div>'
        '<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">12</span>'
        f'<a class="tgme_widget_message_date" href="https://t.me/{escape(where)}">'
        '<time datetime="2026-11-20T09:00:00+00:00" class="datetime">Nov 20 at 09:00</time></a>'
        "</div></div></div>"
    )


def _landing(town: Town, name: str, number: int) -> Answer:
    post = town.find(name, number)
    title = f"{name} - Telegram" if post else "Telegram: Contact @" + name
    text = post.text if post else f"If you have Telegram, you can view the post by @{name} right away."
    body = f'<div class="tgme_page"><div class="tgme_page_description">{escape(text)}</div></div>'
    return Answer(
        200,
        _frame(escape(title), escape(text), body),
    )


def _channel(town: Town, name: str) -> Answer:
    if town.up_in(name):
        body = (
            f'<div class="tgme_page"><div class="tgme_page_title"><span>{escape(name)}</span></div>'
            '<div class="tgme_page_extra">214 subscribers</div>'
            f'<a class="tgme_page_context_link" href="/s/{escape(name)}">Preview channel</a></div>'
        )
        return Answer(200, _frame(escape(name), "", body))
    contact = f"If you have Telegram, you can contact @{escape(name)} right away."
    body = f'<div class="tgme_page"><div class="tgme_page_description">{contact}</div></div>'
    return Answer(
        200,
        _frame(f"Telegram: Contact @{escape(name)}", contact, body),
    )


def _preview(town: Town, name: str) -> Answer:
    posts = town.up_in(name)
    wraps = "".join(f'<div class="tgme_widget_message_wrap">{_message(post)}</div>' for post in posts)
    body = (
        f'<div class="tgme_channel_info_header_title"><span>{escape(name)}</span></div>'
        f'<section class="tgme_channel_history js-message_history">{wraps}</section>'
    )
    return Answer(200, _frame(f"{escape(name)} - Telegram", "", body))
