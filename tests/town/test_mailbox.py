"""The stand-in's mailbox refuses what a careful receiver refuses."""

import smtplib
from base64 import b64encode
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from recourse_town import mailbox
from recourse_town.companies import Desks
from recourse_town.world import Post, Town

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def record() -> str:
    raw = KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={b64encode(raw).decode()}"


@pytest.fixture
def town() -> Town:
    town = Town()
    town.publish(Post("quietharbour", 101, "Boats at the quay."))
    return town


@pytest.fixture
def smtp(town: Town) -> Iterator[smtplib.SMTP]:
    names = {"s1._domainkey.agency.test": record()}
    server = mailbox.open_mailbox(town, names, Desks(town, ("127.0.0.1", 9)))
    try:
        with smtplib.SMTP("127.0.0.1", server.port) as client:
            yield client
    finally:
        server.stop()


def letter(sender: str = "removal@agency.test") -> bytes:
    mail = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
    mail["From"], mail["To"], mail["Subject"] = sender, mailbox.ADDRESS, "Removal request"
    mail["Message-ID"] = "<one@agency.test>"
    mail.set_content("Please remove https://t.me/quietharbour/101")
    return mail.as_bytes()


def signed(raw: bytes) -> bytes:
    pem = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return dkim.sign(raw, b"s1", b"agency.test", pem, canonicalize=(b"relaxed", b"relaxed")) + raw


def test_a_signed_letter_is_filed_and_answered(smtp: smtplib.SMTP, town: Town) -> None:
    smtp.sendmail("r@agency.test", [mailbox.ADDRESS], signed(letter()))
    (letter_kept,) = town.letters
    assert (letter_kept["message_id"], letter_kept["posts"]) == ("<one@agency.test>", "1")
    assert not town.idle()


@pytest.mark.parametrize("spoil", [letter, lambda: signed(letter()).replace(b"Please", b"Kindly")])
def test_unsigned_and_changed_letters_are_refused(
    smtp: smtplib.SMTP, town: Town, spoil: Callable[[], bytes]
) -> None:
    with pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.sendmail("r@agency.test", [mailbox.ADDRESS], spoil())
    assert refused.value.smtp_code == 550
    assert town.letters == []


def test_a_signature_of_another_domain_does_not_help(smtp: smtplib.SMTP, town: Town) -> None:
    with pytest.raises(smtplib.SMTPDataError):
        smtp.sendmail("r@agency.test", [mailbox.ADDRESS], signed(letter("removal@other.test")))
    assert town.letters == []


def test_unknown_mailboxes_are_refused(smtp: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.sendmail("r@agency.test", ["nobody@telegram.org"], signed(letter()))
