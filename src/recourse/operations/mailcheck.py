"""Looks up what receivers of our mail look up: SPF, DKIM and DMARC of the sending domain.

Uses the same look-up port as incoming mail, so that a demo or a test asks its own name table.
"""

from __future__ import annotations

from collections.abc import Iterator

from recourse.base.core import wiring
from recourse.operations.findings import Finding, bad, good, note
from recourse.operations.keymaking import dkim_record
from recourse.operations.ports import Installation
from recourse.work.notices.ports import DnsText

SECONDS = 5.0


def mail_findings(installation: Installation) -> Iterator[Finding]:
    """Say for each record whether receivers find it, and what it must say."""
    names = wiring.resolve(DnsText)  # type: ignore[type-abstract]

    def published(name: str) -> str:
        return (names.txt(name, seconds=SECONDS) or b"").decode("ascii", "replace")

    domain, selector = installation.sender_domain, installation.dkim_selector
    spf = published(domain)
    if "v=spf1" in spf:
        yield good("SPF", "published")
    else:
        yield bad("SPF", f"{domain} publishes no v=spf1 record", f'publish TXT {domain} "v=spf1 mx -all"')
    yield _dkim(installation, published(f"{selector}._domainkey.{domain}"))
    dmarc = published(f"_dmarc.{domain}")
    if "v=DMARC1" not in dmarc:
        yield bad(
            "DMARC", f"_dmarc.{domain} is not published", 'publish "v=DMARC1; p=reject; adkim=s; aspf=s"'
        )
    elif "p=none" in dmarc.replace(" ", ""):
        yield note("DMARC", "the policy is none, so anybody may write in our name", "set p=reject")
    else:
        yield good("DMARC", "published with a policy")


def _dkim(installation: Installation, published: str) -> Finding:
    pem = installation.keys / "dkim.pem"
    name = f"{installation.dkim_selector}._domainkey.{installation.sender_domain}"
    if not pem.is_file():
        return bad("DKIM", "this machine has no signing key", "run `recourse init`, or restore dkim.pem")
    ours = dkim_record(pem.read_text(encoding="ascii"))
    if published.replace(" ", "") == ours.replace(" ", ""):
        return good("DKIM", "published and the same as our key")
    reason = "the published key is another one" if published else f"{name} is not published"
    return bad("DKIM", reason, f'publish TXT {name} "{ours}"')
