"""Mail as it comes: nested, mislabelled, huge, broken, and written to inject."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core.mailparse import MAX_PARTS, MAX_TEXT, parse_mail
from recourse.base.core.sandbox import ZygoteSandbox

HEAD = b"From: Support <support@platform.example>\r\nMessage-ID: <answer@platform.example>\r\n"
MESSAGE_ID = re.compile(r"<[!-~]+>")


def mail(body: bytes, *headers: bytes) -> bytes:
    return HEAD + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def multipart(kind: bytes, *parts: bytes, boundary: bytes = b"cut") -> bytes:
    inside = (
        b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
    )
    return mail(
        b"preamble\r\n" + inside + b"epilogue",
        b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"',
    )


def test_a_plain_answer() -> None:
    parsed = parse_mail(
        mail(
            b"We have removed it.\r\n\r\nThe team\r\n",
            b"In-Reply-To: <n-1@agency.example>",
            b"References: <a@agency.example>\r\n <n-1@agency.example>",
            b"Auto-Submitted: no",
        )
    )
    assert parsed == {
        "message_id": "<answer@platform.example>",
        "in_reply_to": "<n-1@agency.example>",
        "references": ["<a@agency.example>", "<n-1@agency.example>"],
        "from_domain": "platform.example",
        "subject": "",
        "reference": "",
        "auto_submitted": "no",
        "precedence": "",
        "x_autoreply": False,
        "x_suppressed": False,
        "null_sender": False,
        "from_daemon": False,
        "failed_recipients": False,
        "is_dsn": False,
        "dsn": [],
        "is_mdn": False,
        "disposition": "",
        "text": "We have removed it.\n\nThe team",
        "text_truncated": False,
        "attachments": [],
        "defects": [],
    }


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        (b"Auto-Submitted: auto-replied (vacation); owner-email=x", "auto_submitted", "auto-replied"),
        (b"Precedence: bulk", "precedence", "bulk"),
        (b"X-Autoreply: yes", "x_autoreply", True),
        (b"X-Auto-Response-Suppress: All", "x_suppressed", True),
        (b"Return-Path: <>", "null_sender", True),
        (b"Return-Path: <a@b.example>", "null_sender", False),
        (b"X-Failed-Recipients: a@b.example", "failed_recipients", True),
        (b"X-Case-ID: 10-2230", "reference", "10-2230"),
        (b"RT-Ticket: harbour #4711", "reference", "harbour #4711"),
        (b"X-Request-ID: f00", "reference", ""),
        (b"Subject: =?utf-8?b?7KCR7IiY?= 12", "subject", "\uc811\uc218 12"),
        (b"Subject: =?utf-8?b?7KCR7I?= x", "subject", "\uc811\ufffd x"),
        (b"X-Autoreply: no", "x_autoreply", False),
    ],
)
def test_signs_of_a_machine(header: bytes, name: str, value: object) -> None:
    assert parse_mail(mail(b"x", header))[name] == value


def test_alternatives_are_told_once_and_in_plain_text() -> None:
    raw = multipart(
        b"alternative",
        b"Content-Type: text/plain\r\n\r\nplain boats",
        b"Content-Type: text/html\r\n\r\n<p>boats in colour",
    )
    assert parse_mail(raw)["text"] == "plain boats"


def test_html_alone_becomes_text_without_link_targets() -> None:
    raw = mail(
        b'<style>p{}</style><p>It is <b>gone</b>.</p><a href="https://track.example/1">More</a>',
        b"Content-Type: text/html; charset=utf-8",
    )
    assert parse_mail(raw)["text"] == "It is gone.\nMore"


def test_two_hundred_levels_end_at_twenty_and_nothing_overflows() -> None:
    raw = b"boats"
    for level in range(200):
        cut = b"level%d-" % level
        raw = (
            b"Content-Type: multipart/mixed; boundary="
            + cut
            + b"\n\n--"
            + cut
            + b"\n"
            + raw
            + b"\n--"
            + cut
            + b"--\n"
        )
    began = time.monotonic()
    parsed = parse_mail(HEAD + raw)
    assert time.monotonic() - began < 2
    assert "too_deep" in parsed["defects"]
    assert len(parsed["attachments"]) == 1
    assert parsed["from_domain"] == "platform.example"


def test_twenty_thousand_levels_are_no_worse() -> None:
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(20_000)
    )
    assert "too_deep" in parse_mail(HEAD + raw)["defects"]


def test_ten_thousand_parts_end_at_the_limit() -> None:
    parsed = parse_mail(multipart(b"mixed", *[b"Content-Type: application/x\r\n\r\n1"] * 10_000))
    assert len(parsed["attachments"]) <= MAX_PARTS
    assert "too_many_parts" in parsed["defects"]


def test_an_attachment_of_thirty_megabytes_is_digested_in_the_sandbox(sandbox: ZygoteSandbox) -> None:
    content = b"boats at rest " * 2_142_858
    raw = multipart(
        b"mixed",
        b"Content-Type: text/plain\r\n\r\nsee the file",
        b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content),
    )
    parsed = json.loads(sandbox.run("mail", raw, seconds=30))
    assert parsed["text"] == "see the file"
    assert parsed["attachments"] == [
        {
            "content_type": "application/zip",
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    ]


def test_a_text_that_calls_itself_an_attachment_is_one() -> None:
    part = b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nboats"
    parsed = parse_mail(multipart(b"mixed", part))
    assert parsed["text"] == ""
    assert parsed["attachments"][0]["bytes"] == 5


KOREAN = "삭제했습니다"


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("utf-8", KOREAN.encode(), KOREAN), ("euc-kr", KOREAN.encode("euc-kr"), KOREAN),
        ("ks_c_5601-1987", KOREAN.encode("euc-kr"), KOREAN), ("iso-2022-jp", "港".encode("iso-2022-jp"), "港"),
        ("us-ascii", KOREAN.encode(), KOREAN), ("euc-kr", "é港".encode(), "é港"),
        ("no-such-charset", KOREAN.encode(), KOREAN), ("", KOREAN.encode(), KOREAN),
        ("utf-8", b"caf\xe9", "caf\ufffd"), ("iso-8859-1", b"caf\xe9", "café"),
        ("hex_codec", b"6162", "6162"), ("idna", b"xn--a", "xn--a"), ("unicode_escape", rb"\u0041", r"\u0041"),
        ("rot13", b"abc", "abc"), ("utf-7", b"+AGE-", "+AGE-"), ("undefined", b"abc", "abc"), ("\xff", b"abc", "abc"),
    ],
)  # fmt: skip
def test_charsets_right_wrong_and_dangerous(
    sandbox: ZygoteSandbox, charset: str, content: bytes, text: str
) -> None:
    raw = mail(content, b"Content-Type: text/plain; charset=" + charset.encode("latin-1"))
    assert parse_mail(raw)["text"] == text
    assert json.loads(sandbox.run("mail", raw))["text"] == text, "no codec may need a file in the child"


def test_control_characters_leave_no_text() -> None:
    assert parse_mail(mail(b"a\0b\x1b[31mc\x07", b"Content-Type: text/plain"))["text"] == "ab[31mc"


def test_quoted_printable_and_broken_base64() -> None:
    assert parse_mail(mail(b"caf=C3=A9 =\r\nau port=ZZ", b"Content-Transfer-Encoding: quoted-printable"))[
        "text"
    ].startswith("café au port")
    assert parse_mail(mail(b"YQ=\r\n= *!*", b"Content-Transfer-Encoding: base64"))["text"] == "a"
    assert "bad_base64" in parse_mail(mail(b"A", b"Content-Transfer-Encoding: base64"))["defects"]


@pytest.mark.parametrize(
    "value",
    [
        b"<a@b>\r\n <c@d>", b"<a@b\r\nBcc: x@y.example>", b"<a@b>\rBcc: x@y.example", b"<a\0@b>", b"a@b", b"<>", b"<a b@c>",
        b"=?utf-8?q?<a@b>=0D=0ABcc:_x?=", b"<" + b"a" * 5000 + b"@b>", b"<a@b>\x0b<c@d>", b"<\xff@b>",
    ],
)  # fmt: skip
def test_no_header_carries_another_one_along(value: bytes) -> None:
    parsed = parse_mail(
        b"From: s@p.example\r\nMessage-ID: "
        + value
        + b"\r\nIn-Reply-To: "
        + value
        + b"\r\nReferences: "
        + value
        + b"\r\n\r\nx"
    )
    for one in [parsed["message_id"], parsed["in_reply_to"], *parsed["references"]]:
        assert one == "" or (MESSAGE_ID.fullmatch(one) and len(one) <= 252)


@pytest.mark.parametrize(
    ("header", "domain"),
    [
        (b"From: Support <support@Platform.EXAMPLE>", "platform.example"),
        (b"From: support@platform.example", "platform.example"),
        (b'From: "fake@bank.example" <x@platform.example>', "platform.example"),
        ("From: x <a@bücher.example>".encode(), "xn--bcher-kva.example"),
        (b"From: a@one.example, b@two.example", ""),
        (b"From: a@one.example\r\nFrom: b@two.example", "one.example"),
        (b"From: nobody", ""),
        (b"From: <a@b@c d>", ""),
        (b"From: a@[127.0.0.1]", ""),
        (b"From: a@" + b"b" * 300 + b".example", ""),
        (b"From: a@b\r\nc.example", "b"),
        (b"From: (((((((" + b"(" * 5000, ""),
        (b"X: y", ""),
    ],
)
def test_of_the_sender_only_a_domain_leaves(header: bytes, domain: str) -> None:
    parsed = parse_mail(header + b"\r\n\r\nx")
    assert parsed["from_domain"] == domain
    if header.count(b"From") != 1 or not domain:
        assert "not_one_sender" in parsed["defects"]
    assert "support" not in json.dumps(parsed)


DSN: tuple[bytes, ...] = (
    b"Content-Type: text/plain\r\n\r\nI could not deliver it.",
    (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.platform.example\r\n\r\n"
        b"Final-Recipient: rfc822; abuse@Platform.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        b"Final-Recipient: rfc822; <other@platform.example>\r\nAction: Delayed\r\nStatus: 4.0.0 (later)\r\n"
    ),
    b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <n-7@agency.example>\r\nSubject: notice\r\n\r\nboats",
)


def test_a_delivery_report_is_read_and_points_to_its_mail() -> None:
    parsed = parse_mail(multipart(b"report; report-type=delivery-status", *DSN))
    assert parsed["is_dsn"] is True
    assert parsed["dsn"] == [
        {"action": "failed", "status": "5.1.1", "final_recipient_domain": "platform.example"},
        {"action": "delayed", "status": "4.0.0", "final_recipient_domain": "platform.example"},
    ]
    assert parsed["references"] == ["<n-7@agency.example>"]
    assert parsed["text"] == "I could not deliver it."
    assert "abuse" not in json.dumps(parsed)


def test_the_words_of_an_attached_mail_are_not_the_words_of_the_mail() -> None:
    raw = multipart(
        b"mixed",
        b"Content-Type: text/plain\r\n\r\nmine",
        b"Content-Type: message/rfc822\r\n\r\nA: b\r\n\r\ntheirs",
    )
    parsed = parse_mail(raw)
    assert parsed["text"] == "mine"
    assert parsed["attachments"][0]["content_type"] == "message/rfc822"
    assert parsed["references"] == []


def test_long_text_is_cut_and_said_to_be() -> None:
    parsed = parse_mail(mail("항구 ".encode() * 100_000, b"Content-Type: text/plain; charset=utf-8"))
    assert len(parsed["text"]) == MAX_TEXT
    assert parsed["text_truncated"] is True


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\r\n", b"\n\n", b"no header at all", b":" * 1000, b"A" * 1_000_000, b"From: a@b.example", b"\xff\xfe\0",
        b"Content-Type: multipart/mixed\r\n\r\nx", b'Content-Type: multipart/mixed; boundary=""\r\n\r\n----\r\n',
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nx", b"Content-Type: ;;;=\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary*0*=utf-8''a; boundary*2=b\r\n\r\n--a--", b"Content-Type: text/plain; charset*=x''%\r\n\r\ny",
        b"Content-Type: " + b"a/" * 50_000 + b"\r\n\r\nx", b"X: " + b"y" * 400_000 + b"\r\n\r\nz",
        b"A: b\r\n" * 30_000 + b"\r\nx", b"Content-Transfer-Encoding: uuencode\r\n\r\nbegin 644 x\r\n",
    ],
)  # fmt: skip
def test_broken_mail_is_read_as_far_as_it_goes(raw: bytes) -> None:
    parsed = parse_mail(raw)
    assert isinstance(parsed["text"], str)
    assert json.dumps(parsed)


HEADERS = st.sampled_from(
    [
        b"From",
        b"Message-ID",
        b"References",
        b"Content-Type",
        b"Content-Transfer-Encoding",
        b"Content-Disposition",
        b"X",
    ]
)
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"multipart/mixed; boundary=a", b"multipart/report; boundary=a; report-type=delivery-status", b"text/html; charset=cp949",
         b"message/delivery-status", b"message/rfc822", b"base64", b"quoted-printable", b"<a@b> <c@d>", b"=?utf-8?b?////?="]
    ),
)  # fmt: skip
BLOCKS = st.lists(st.tuples(HEADERS, VALUES), max_size=5).map(
    lambda lines: b"".join(name + b": " + value + b"\n" for name, value in lines) + b"\n"
)
RAW = st.lists(
    st.one_of(BLOCKS, st.binary(max_size=80), st.sampled_from([b"\n--a\n", b"\n--a--\n"])), max_size=8
).map(b"".join)


@given(RAW)
def test_whatever_comes_the_answer_is_bounded_clean_and_json(raw: bytes) -> None:
    parsed: dict[str, Any] = json.loads(json.dumps(parse_mail(raw)))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", parsed["text"])
    for one in [parsed["message_id"], parsed["in_reply_to"], *parsed["references"]]:
        assert one == "" or MESSAGE_ID.fullmatch(one)
    assert re.fullmatch(r"[a-z0-9.-]{0,253}", parsed["from_domain"])
    for attached in parsed["attachments"]:
        assert re.fullmatch(r"[!-~]+/[!-~]+", attached["content_type"])
        assert len(attached["sha256"]) == 64
        assert attached["bytes"] <= len(raw)


@pytest.mark.parametrize(
    "piece",
    [
        b"A" * 999 + b" ",
        (b"B" * 60 + b"\r\n") * 7 + b"\r\n",
        b"begin 644 a\r\n",
        b"data:image/png;base64,",
        b"=ybegin \r\n",
    ],
)
@pytest.mark.parametrize("kind", [b"text/plain", b"text/html"])
def test_hidden_files_are_looked_for_in_linear_time(piece: bytes, kind: bytes) -> None:
    raw = mail(piece * (1_000_000 // len(piece)), b"Content-Type: " + kind)
    began = time.monotonic()
    parsed = parse_mail(raw)
    assert time.monotonic() - began < 2
    assert len(parsed["attachments"]) <= MAX_PARTS
