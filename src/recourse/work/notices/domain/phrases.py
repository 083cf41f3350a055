"""A guess at what a person's answer means, from a small table of phrases. An officer confirms or corrects it.

English, Korean, Indonesian. Read in order: what denies comes before what affirms, so that "has not been
removed" never reads as removed. Quoted lines, which hold our own letter, are left out first.
Refuses: to be certain. Nothing is closed or counted by a guess.
"""

from __future__ import annotations

import re

from recourse.work.notices.domain.states import AnswerKind

A = AnswerKind
LONGEST = 20_000  # characters that are looked at; an answer says what it says early

# (kind, phrases). First match wins. Each pattern is linear: no nested repetition, bounded gaps.
PHRASES: tuple[tuple[AnswerKind, tuple[str, ...]], ...] = (
    (
        A.REFUSED,
        (
            r"\b(?:does|do|did) not (?:appear to )?(?:violate|breach|infringe)",
            r"\b(?:doesn't|don't|didn't) (?:violate|breach|infringe)",
            r"\b(?:can ?not|can't|could not|unable to) (?:\w+ ){0,3}?(?:remove|delete|take|process|comply)",
            r"\b(?:will not|won't|not able to|not going to) (?:\w+ ){0,3}?(?:remove|delete|take|process|comply|act)",
            r"\b(?:have|has|was|were|is|are)(?: not|n't) (?:been )?(?:removed|deleted|taken down)",
            r"\b(?:decline|declined|reject|rejected|refuse|refused) (?:\w+ ){0,3}?(?:request|report|notice)",
            r"(?:위반|침해)(?:되지|하지|에 해당하지) ?않",
            r"(?:삭제|조치|처리)(?:가 불가|할 수 없|하지 않|되지 않|이 어렵)",
            r"(?:요청|신고)을? ?(?:거절|거부|반려)",
            r"\b(?:tidak|tak) (?:\w+ ){0,2}?(?:melanggar|dihapus|bisa (?:menghapus|dihapus))",
            r"\b(?:tidak|tak) (?:\w+ ){0,2}?dapat (?:\w+ ){0,2}?(?:menghapus|memproses|dihapus)",
            r"\b(?:belum|tidak) (?:kami )?hapus",
            r"\bkami (?:menolak|tolak)",
        ),
    ),
    (
        A.INFO_REQUESTED,
        (
            r"\bplease (?:\w+ ){0,2}?(?:provide|send|attach|specify|clarify|confirm) ",
            r"\b(?:need|require|requires) (?:\w+ ){0,2}?(?:more|additional|further) (?:information|details)",
            r"\b(?:more|additional|further) (?:information|details) (?:\w+ ){0,2}?(?:needed|required|necessary)",
            r"추가 ?(?:정보|자료|서류)",
            r"(?:정보|자료|링크|증빙)를? ?(?:제공|제출|보내|첨부)",
            r"\b(?:mohon|harap|silakan|tolong) (?:\w+ ){0,2}?(?:kirim|kirimkan|lampirkan|berikan|lengkapi|sertakan)",
            r"\binformasi (?:tambahan|lebih lanjut)",
        ),
    ),
    (
        A.CLAIMS_RESTRICTED,
        (
            r"\b(?:restricted|withheld|geo-?blocked|blocked|hidden|unavailable) (?:\w+ ){0,3}?(?:in|within|for users) ",
            r"\b(?:restricted|limited) access\b",
            r"\baccess (?:\w+ ){0,3}?(?:restricted|limited|blocked)",
            r"(?:접속|접근|노출)을? ?(?:차단|제한)",
            r"\b(?:diblokir|dibatasi|akses\w* (?:\w+ ){0,2}?ditutup)",
        ),
    ),
    (
        A.ACCEPTED,
        (
            r"\bwill (?:be )?(?:remove|removed|delete|deleted|take (?:it|this|them) down|taken down)",
            r"\b(?:is|are) being (?:removed|deleted|taken down)",
            r"\b(?:accept|accepted|agree) (?:\w+ ){0,2}?(?:request|notice)",
            r"삭제(?:하겠습니다|될 예정|할 예정|예정)",
            r"\bakan (?:\w+ ){0,2}?(?:hapus|dihapus|menghapus)",
        ),
    ),
    (
        A.CLAIMS_REMOVED,
        (
            r"\b(?:has|have|was|were|is|are|got) (?:now |already |since )?(?:been )?(?:removed|deleted|taken down)",
            r"\b(?:has|have|was|were|is|are|got) (?:now |already )?(?:been )?(?:taken offline|terminated|banned)",
            r"\bwe(?:'ve| have)? (?:now |already |since )?(?:removed|deleted|terminated|banned)\b",
            r"\b(?:took|taken) (?:it|this|that|them|the \w+) (?:down|offline)\b",
            r"\bno longer (?:available|accessible|online|there)",
            r"(?:삭제|제거)(?:하였|했|되었|됐|완료| 완료| 처리| 조치)",
            r"(?:삭제|조치)를? ?완료",
            r"\b(?:telah|sudah) (?:\w+ ){0,2}?(?:dihapus|hapus|menghapus|diturunkan)",
            r"\b(?:kami|tim kami) (?:menghapus|hapus)",
            r"\btidak (?:lagi tersedia|tersedia lagi)",
        ),
    ),
    (
        A.PRESERVED,
        (
            r"\b(?:preserved|have preserved|under preservation|preservation (?:\w+ ){0,2}?(?:complete|in place))\b",
            r"보전(?:하였|했|되었|조치| 조치)",
            r"\b(?:telah|sudah) (?:\w+ ){0,2}?(?:disimpan|diamankan|dipreservasi)",
        ),
    ),
    (
        A.FORWARDED,
        (
            r"\b(?:forwarded|passed|escalated|referred|transferred) (?:\w+ ){0,4}?to\b",
            r"(?:전달|이관|이첩|송부)(?:하였|했|되었|드렸)",
            r"\b(?:diteruskan|dialihkan|kami teruskan)",
        ),
    ),
    (
        A.ACKNOWLEDGED,
        (
            r"\b(?:received|registered|logged) (?:\w+ ){0,3}?(?:report|request|notice|message|e-?mail)",
            r"\b(?:report|request|notice|message) (?:\w+ ){0,3}?(?:received|registered|under review|reviewed)",
            r"\b(?:looking into|reviewing|will (?:look|review|investigate))",
            r"\bthank you for (?:\w+ ){0,2}?(?:report|reporting|contacting|message|notice)",
            r"접수(?:하였|했|되었|됐)",
            r"검토(?:하겠|중| 중)",
            r"\b(?:telah|sudah) (?:\w+ ){0,2}?(?:terima|diterima)",
            r"\bsedang (?:\w+ ){0,2}?(?:ditinjau|diproses|diperiksa)",
        ),
    ),
)
_COMPILED = tuple((kind, tuple(re.compile(p, re.IGNORECASE) for p in patterns)) for kind, patterns in PHRASES)

# Where the quoted letter begins. Everything after such a line is ours, or somebody's before us.
_QUOTE_BEGINS = re.compile(
    r"^\s*(?:-{2,}\s?(?:original message|원본 메시지|pesan asli)|_{10,}\s*$"
    r"|on .{1,200} wrote:\s*$|.{0,200}(?:작성:|님이 작성|썼습니다|쓰셨습니다)\s*:?\s*$|pada .{1,200} menulis:\s*$"
    r"|(?:from|보낸 ?사람|dari)\s?:\s.{1,300}$)",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """Return what the writer wrote: without quoted lines, without what follows the head of a quotation."""
    kept = []
    for line in text[:LONGEST].splitlines():
        if _QUOTE_BEGINS.match(line):
            break
        if not line.lstrip().startswith((">", "|")):
            kept.append(line)
    return "\n".join(kept).strip()


def propose(text: str) -> AnswerKind:
    """Return the kind that the text seems to say, `NONE` when the table has nothing for it."""
    words = " ".join(own_words(text).replace("\u2019", "'").split())
    for kind, patterns in _COMPILED:
        if any(pattern.search(words) for pattern in patterns):
            return kind
    return AnswerKind.NONE
