"""Looks up what receivers of our mail look up: SPF, DKIM and DMARC of the sending domain; and signs in to our mailbox.

Uses the same look-up port as incoming mail, so that a demo or a test asks its own name table.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from recourse.base.core import wiring
from recourse.base.core.errors import MisconfiguredError, OutsideError
from recourse.operations.findings import Finding, bad, good, note
from recourse.operations.keymaking import DMARC, SPF, dkim_record
from recourse.operations.ports import Installation
from recourse.work.notices.adapters import imap
from recourse.work.notices.ports import DnsText, ImapPlace

SECONDS = 5.0
KEY = "dkim.pem"


def mail_findings(installation: Installation) -> Iterator[Finding]:
    """Say for each record whether receivers find it, and what it must say."""
    names = wiring.resolve(DnsText)  # type: ignore[type-abstract]
    domain = installation.sender_domain
    for what, name, judge in (
        ("SPF", domain, _spf),
        ("DKIM", f"{installation.dkim_selector}._domainkey.{domain}", _dkim),
        ("DMARC", f"_dmarc.{domain}", _dmarc),
    ):
        try:
            published = (names.txt(name, seconds=SECONDS) or b"").decode("ascii", "replace")
        except OutsideError:
            yield bad(what, f"nobody answered what {name} publishes", "check the resolver of this machine")
        else:
            yield judge(installation, name, published)


def mailbox_findings(_installation: Installation) -> Iterator[Finding]:
    """Say whether the mailbox that `recourse mail --imap` reads lets us in; nothing where none is named."""
    place = wiring.resolve(ImapPlace)
    if not place.host:
        return
    try:
        line = imap.open_mailbox().connect()
        with line.step():
            there = line.folder_exists(place.folder)
        line.leave()
    except MisconfiguredError as error:
        yield bad("mailbox", str(error), "change the [mail] section")
    except OutsideError:
        yield bad(
            "mailbox", f"{place.host} was not reached, or did not let us in", "check host, user and password"
        )
    else:
        if there:
            yield good("mailbox", f"{place.host} lets us in")
        else:
            yield bad("mailbox", f"there is no folder {place.folder}", "set mail.imap_folder")


def _spf(_installation: Installation, name: str, published: str) -> Finding:
    if not published.startswith("v=spf1"):
        return bad("SPF", f"{name} publishes no v=spf1 record", f'publish TXT {name} "{SPF}"')
    if published.rsplit(maxsplit=1)[-1] in {"+all", "all", "?all"}:
        return note("SPF", "every machine of the world may send for us", 'end the record with "-all"')
    return good("SPF", "published")


def _dmarc(_installation: Installation, name: str, published: str) -> Finding:
    if not published.startswith("v=DMARC1"):
        return bad("DMARC", f"{name} is not published", f'publish TXT {name} "{DMARC}"')
    if "p=none" in published.replace(" ", "").split(";"):
        return note("DMARC", "the policy is none, so anybody may write in our name", "set p=reject")
    return good("DMARC", "published with a policy")


def _dkim(installation: Installation, name: str, published: str) -> Finding:
    # Beside it: the worker's own folder, where each process has one (keycheck).
    folders = (installation.keys, installation.keys.parent / "keys-worker")
    pem = next((folder / KEY for folder in folders if os.access(folder / KEY, os.R_OK)), None)
    if pem is None and KEY not in installation.key_roles[installation.process]:
        return note("DKIM", f"not compared: a {installation.process} process holds no signing key")
    if pem is None:
        return bad("DKIM", "this machine has no signing key", "run `recourse init`, or restore dkim.pem")
    ours = dkim_record(pem.read_text(encoding="ascii"))
    if published.replace(" ", "") == ours.replace(" ", ""):
        return good("DKIM", "published and the same as our key")
    reason = "the published key is another one" if published else f"{name} is not published"
    return bad("DKIM", reason, f'publish TXT {name} "{ours}"')
