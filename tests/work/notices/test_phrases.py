"""What an answer seems to say: examples in three languages, denials before claims, quotations left out."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.work.notices.domain import (
    AnswerKind,
    LetterFacts,
    NoticeKind,
    own_words,
    propose,
    render_letter,
)

A = AnswerKind
SAID = [
    ("Hello,\n\nthe reported content has been removed.\n\nSupport", A.CLAIMS_REMOVED),
    ("We have removed the post.", A.CLAIMS_REMOVED),
    ("We've taken it down.", A.CLAIMS_REMOVED),
    ("We have taken note of your message.", A.NONE),
    ("The message was deleted.", A.CLAIMS_REMOVED),
    ("It is no longer available.", A.CLAIMS_REMOVED),
    ("신고하신 게시물은 삭제되었습니다.", A.CLAIMS_REMOVED),
    ("해당 게시물을 삭제하였습니다.", A.CLAIMS_REMOVED),
    ("조치를 완료하였습니다", A.CLAIMS_REMOVED),
    ("Konten tersebut telah dihapus.", A.CLAIMS_REMOVED),
    ("Tim kami sudah menghapus pesan itu.", A.CLAIMS_REMOVED),
    ("This content has not been removed.", A.REFUSED),
    ("The content hasn't been removed as it does not violate our rules.", A.REFUSED),
    ("We cannot remove this post.", A.REFUSED),
    ("We are unable to take action.", A.REFUSED),
    ("It doesn\u2019t violate our terms.", A.REFUSED),
    ("해당 게시물은 정책을 위반하지 않습니다.", A.REFUSED),
    ("삭제할 수 없습니다", A.REFUSED),
    ("Konten ini tidak melanggar pedoman kami.", A.REFUSED),
    ("Kami tidak dapat menghapus konten ini.", A.REFUSED),
    ("Please provide the link to the message.", A.INFO_REQUESTED),
    ("We need more information.", A.INFO_REQUESTED),
    ("추가 정보가 필요합니다.", A.INFO_REQUESTED),
    ("Mohon kirimkan tautan.", A.INFO_REQUESTED),
    ("Access to this content was restricted in your country.", A.CLAIMS_RESTRICTED),
    ("접속을 차단하였습니다", A.CLAIMS_RESTRICTED),
    ("Konten telah diblokir di Indonesia.", A.CLAIMS_RESTRICTED),
    ("It will be removed within 24 hours.", A.ACCEPTED),
    ("곧 삭제하겠습니다.", A.ACCEPTED),
    ("Akan kami hapus.", A.ACCEPTED),
    ("We forwarded your notice to our legal team.", A.FORWARDED),
    ("담당 부서에 전달하였습니다.", A.FORWARDED),
    ("Laporan Anda diteruskan ke tim terkait.", A.FORWARDED),
    ("The data is under preservation.", A.PRESERVED),
    ("We received your report. A person will look at it.", A.ACKNOWLEDGED),
    ("Thank you for your report.", A.ACKNOWLEDGED),
    ("신고가 접수되었습니다.", A.ACKNOWLEDGED),
    ("Laporan Anda telah kami terima.", A.ACKNOWLEDGED),
    ("", A.NONE),
    ("The boats are in and the lamps are lit.", A.NONE),
]


@pytest.mark.parametrize(("text", "kind"), SAID)
def test_examples(text: str, kind: AnswerKind) -> None:
    assert propose(text) is kind


QUOTES = [
    "> We have removed it, says the letter you quote.",
    "On Mon, 2 Mar 2026 at 10:00, Harbour Line wrote:\nwe have removed it",
    "-----Original Message-----\nwe have removed it",
    "From: Harbour Line <desk@agency.example>\nwe have removed it",
    "2026년 3월 2일 (월) 오전 10:00, Harbour Line <desk@agency.example>님이 작성:\nwe have removed it",
    "Pada Sen, 2 Mar 2026 pukul 10.00 Harbour Line menulis:\nwe have removed it",
    "보낸 사람: Harbour Line\nwe have removed it",
]


@pytest.mark.parametrize("quote", QUOTES)
def test_what_they_quote_is_not_what_they_say(quote: str) -> None:
    assert propose(quote) is A.NONE
    assert propose("We received your report.\n\n" + quote) is A.ACKNOWLEDGED


def test_our_own_letter_sent_back_unquoted_claims_nothing() -> None:
    for kind in NoticeKind:
        _, body = render_letter(
            LetterFacts(
                kind=kind,
                number="N-7KM4QXA",
                on=date(2026, 3, 2),
                recipient="Vidra",
                agency="Harbour Line",
                address="removal@agency.example",
                urls=("https://t.me/dusk_harbour/12",),
                grounds=("synthetic_sexual",),
                laws=("A law",),
                seen_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
                mandate_since=date(2026, 3, 1),
                signer="Officer 01",
                earlier="N-ABCDEFG",
            )
        )
        assert propose(body) in {A.NONE, A.ACKNOWLEDGED}, kind


@given(st.text(max_size=2000))
def test_any_text_gives_a_kind(text: str) -> None:
    assert propose(text) in AnswerKind
    assert len(own_words(text)) <= len(text)


@given(st.text(alphabet="have been remo d", max_size=400))
def test_a_denial_wins_over_any_claim_around_it(noise: str) -> None:
    assert propose(f"{noise}\nIt has not been removed. Another one has been removed.") is A.REFUSED


@pytest.mark.parametrize(
    "piece", ["have ", "please a ", "not ", "a ", "삭제", "telah ", "access a ", "on x "]
)
def test_hostile_repetition_takes_no_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.perf_counter()
    propose(text)
    assert time.perf_counter() - started < 1.0
