"""Invariant 11, "Looking is metered": no picture by default. There is no reveal yet, so no page can show one."""

from __future__ import annotations

import re

from recourse.surfaces.frame.headers import CONTENT_SECURITY_POLICY
from tests.invariants.code import SOURCE, imported, modules

MEDIA = re.compile(r"<(?:img|picture|video|audio|embed|object|iframe|canvas|source)\b", re.IGNORECASE)


def test_invariant_11_no_page_has_room_for_a_picture() -> None:
    """11. Looking is metered: no picture by default, and none by any other way before a metered reveal exists."""
    pages = sorted(SOURCE.glob("surfaces/**/*.html"))
    assert len(pages) > 20
    assert [page.name for page in pages if MEDIA.search(page.read_text("utf-8"))] == []
    assert "img-src 'self';" in CONTENT_SECURITY_POLICY
    assert "media-src" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none';")


def test_invariant_11_pictures_are_decoded_in_the_sandbox_alone() -> None:
    """11. Looking is metered: no process that serves pages can even open one."""
    decoders = (
        "fingerprints/pictures/",
        "fingerprints/videos/",
        "fingerprints/files.py",
        "fingerprints/tasks.py",
    )
    users = {
        path
        for path, tree in modules()
        if any(name.split(".")[0] in {"PIL", "av", "simplejpeg", "pi_heif"} for name in imported(tree))
    }
    assert {path for path in users if not path.startswith(decoders)} <= {"base/core/sandbox_child.py"}
    reading = tuple("recourse." + path.removesuffix(".py").replace("/", ".").rstrip(".") for path in decoders)
    callers = {
        path
        for path, tree in modules()
        if not path.startswith("fingerprints/") and any(name.startswith(reading) for name in imported(tree))
    }
    assert callers == set(), "the sandbox's kit is named by a string; nobody else loads what decodes"
