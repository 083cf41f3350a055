"""The peer of sending: sign a letter and hand it over, on one open connection. Run inside an installation.

Usage: python -m benchmarks.bare_sending PORT N
"""

from __future__ import annotations

import smtplib
import sys
from datetime import UTC, datetime

import django

from recourse.base.core import ids, wiring

BODY = "Please remove what stands at https://t.me/dusk_harbour/12.\n" * 40


def main(port: int, count: int) -> None:
    """Send `count` letters."""
    from recourse.work.notices.ports import DkimKey, ReplyKey, Sender  # noqa: PLC0415 - after the settings
    from recourse.work.notices.services.composing import compose, new_letterhead  # noqa: PLC0415

    key, sender, reply = wiring.resolve(DkimKey), wiring.resolve(Sender), wiring.resolve(ReplyKey)
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bare.test") as server:
        for _ in range(count):
            head = new_letterhead(sender, reply, "abuse@vidra.example")
            mail = compose(head, key, subject="x", body=BODY, entry=ids.new_id(), at=datetime.now(UTC))
            server.sendmail(mail.envelope_from, [mail.envelope_to], mail.raw)


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]), int(sys.argv[2]))
