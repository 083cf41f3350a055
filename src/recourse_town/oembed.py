"""What X, Facebook, Instagram and YouTube say of a post to anybody who asks, without an account.

Each says it in JSON by its oEmbed service, as published: X by status alone, YouTube by status, Meta by an error
object. A post that is hidden from a country is answered there as if it were not.
Refuses: what is no post of the town (that is gone), and media.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from recourse_town.web import Answer, Request
from recourse_town.world import Post, Town

JSON = "application/json; charset=utf-8"
GONE_AT_META = {
    "error": {
        "message": "The requested resource does not exist",
        "type": "OAuthException",
        "code": 24,
        "fbtrace_id": "town",
    }
}
ID = {
    "x": re.compile(r"/status/(\d{1,20})$"),
    "youtube": re.compile(r"[?&]v=([A-Za-z0-9_-]{11})$"),
    "facebook": re.compile(r"(?:[?&](?:fbid|v)=|facebook\.com/)(\d{3,20})$"),
    "instagram": re.compile(r"/(?:p|reel|tv)/([A-Za-z0-9_-]{5,40})/$"),
}


def answer(town: Town, request: Request) -> Answer:
    """Return what the service of this host says."""
    parts = urlsplit(request.target)
    about = parse_qs(parts.query).get("url", [""])[0]
    service = (request.host, parts.path.rpartition("/")[2])
    if service not in SERVICES:
        return Answer(404, "Not Found")
    platform, shown, gone = SERVICES[service]
    found = ID[platform].search(about)
    post = town.find(platform, found[1], request.client) if found else None
    return gone if post is None else Answer(200, json.dumps(shown(post)), content_type=JSON)


def _x(post: Post) -> dict[str, str]:
    link = f"https://twitter.com/{post.channel}harbour/status/{post.number}"
    html = (
        f'<blockquote class="twitter-tweet"><p>{post.text}</p><a href="{link}">20 November</a></blockquote>'
    )
    return {"url": link, "html": html, "type": "rich", "provider_name": "Twitter", "version": "1.0"}


def _youtube(post: Post) -> dict[str, str]:
    html = f'<iframe src="https://www.youtube.com/embed/{post.number}?feature=oembed"></iframe>'
    return {"title": post.text, "html": html, "type": "video", "provider_name": "YouTube", "version": "1.0"}


def _meta(post: Post) -> dict[str, str]:
    path = f"p/{post.number}/" if post.platform == "instagram" else str(post.number)
    link = f"https://www.{post.platform}.com/{path}"
    html = f'<blockquote cite="{link}"><a href="{link}">{post.text}</a></blockquote>'
    return {"html": html, "type": "rich", "provider_name": post.platform.title(), "version": "1.0"}


_GONE_AT_META = Answer(400, json.dumps(GONE_AT_META), content_type=JSON)
SERVICES: dict[tuple[str, str], tuple[str, Callable[[Post], dict[str, str]], Answer]] = {
    ("publish.twitter.com", "oembed"): ("x", _x, Answer(404, '{"error":"not found"}', content_type=JSON)),
    ("www.youtube.com", "oembed"): ("youtube", _youtube, Answer(404, "Not Found")),
    ("graph.facebook.com", "oembed_post"): ("facebook", _meta, _GONE_AT_META),
    ("graph.facebook.com", "oembed_video"): ("facebook", _meta, _GONE_AT_META),
    ("graph.facebook.com", "instagram_oembed"): ("instagram", _meta, _GONE_AT_META),
}
HOSTS = tuple(dict.fromkeys(host for host, _path in SERVICES))
