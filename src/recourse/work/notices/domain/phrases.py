"""A guess at what a person's answer means, from a small table of phrases. An officer confirms or corrects it.

English, Korean, Indonesian. Read in order: what denies comes before what affirms, so that "has not been
removed" never reads as removed. Quoted lines, which hold our own letter, are left out first.
What an absent person's program says is no answer (`absent`), and of a refusal the reason is guessed as well
(`propose_reason`). Refuses: to be certain. Nothing is closed or counted by a guess.
"""

from __future__ import annotations

import re

from recourse.work.notices.domain.states import AnswerKind, RefusalReason

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
            r"\b(?:report|request|notice|message|case|ticket) (?:\S+ ){0,5}?(?:received|registered|reviewed)\b",
            r"\b(?:report|request|notice|message|case|ticket) (?:\S+ ){0,5}?(?:created|opened|logged|under review)\b",
            r"\b(?:got|have) your (?:report|request|notice|message|e-?mail)",
            r"\b(?:looking into|reviewing|will (?:look|review|investigate))",
            r"\bthank you for (?:\w+ ){0,2}?(?:report|reporting|contacting|message|notice)",
            r"접수(?:하였|했|되었|됐|완료| 완료| 처리)",
            r"(?:문의|신고|요청|메일)을? ?(?:잘 )?(?:받았|수신)",
            r"검토(?:하겠|중| 중)",
            r"\b(?:telah|sudah) (?:\w+ ){0,2}?(?:terima|diterima|tercatat|terdaftar)",
            r"\b(?:kami )?(?:telah |sudah )?menerima (?:\w+ ){0,2}?(?:laporan|permintaan|pesan|pengaduan|email|surel)",
            r"\bterima kasih (?:\w+ ){0,3}?(?:laporan|melaporkan|menghubungi|pesan)",
            r"\bsedang (?:\w+ ){0,2}?(?:ditinjau|diproses|diperiksa)",
        ),
    ),
)
# Why they refuse. First match wins; the nearest to an act of theirs stands first.
R = RefusalReason
REASONS: tuple[tuple[RefusalReason, tuple[str, ...]], ...] = (
    (
        R.NOT_THEIRS,
        (
            r"\b(?:do not|don't|does not) (?:\w+ ){0,2}?(?:host|control|operate|store)",
            r"\bnot (?:\w+ ){0,2}?(?:hosted|stored) (?:\w+ ){0,2}?(?:by|with|on) (?:us|our)",
            r"(?:당사|저희)[^.]{0,30}(?:호스팅|운영|관리)하(?:지|는 서비스가) ?(?:않|아니)",
            r"\btidak (?:kami )?(?:dihosting|dikelola|disimpan) (?:oleh |di )?(?:kami|server)",
        ),
    ),
    (
        R.NOT_FOUND,
        (
            r"\b(?:can ?not|can't|could not|unable to|not able to) (?:\w+ ){0,2}?(?:find|locate|identify)",
            r"\b(?:link|url|address|content) (?:\S+ ){0,4}?(?:not found|invalid|does not exist|doesn't exist)",
            r"(?:찾을|확인할|특정할) 수 ?(?:가 )?없",
            r"\btidak (?:dapat |bisa |berhasil )?(?:menemukan|ditemukan|mengidentifikasi)",
        ),
    ),
    (
        R.NOT_ENTITLED,
        (
            r"\b(?:court order|subpoena|law enforcement|legal process|power of attorney)",
            r"\bonly (?:\w+ ){0,4}?(?:person depicted|affected person|account holder|rights ?holder)",
            r"\bnot (?:\w+ ){0,2}?(?:authori[sz]ed|entitled)",
            r"(?:법원|수사 ?기관|영장|위임장)(?:의|이|을|에서|을 통)[^.]{0,40}(?:요청|신청|제출|명령)",
            r"(?:본인|당사자)(?:만|이|의)[^.]{0,40}(?:요청|신청|확인)",
            r"\b(?:perintah pengadilan|surat kuasa|penegak hukum)",
        ),
    ),
    (
        R.NO_VIOLATION,
        (
            r"\b(?:not|n't) (?:appear to |seem to |found to )?(?:violate|breach|infringe|go against|be in violation)",
            r"\bno (?:\w+ ){0,2}?(?:violation|breach)",
            r"\b(?:within|complies with|consistent with) our (?:\w+ ){0,2}?(?:rules|policies|policy|guidelines|terms)",
            r"(?:위반|침해)(?:되지|하지|에 해당하지|사항이) ?(?:않|없)",
            r"\b(?:tidak|tak) (?:\w+ ){0,2}?melanggar",
        ),
    ),
    (
        R.OTHER,
        (
            r"\b(?:because|since|due to|as it|as the|for the reason|on the grounds?)\b",
            r"(?:때문|사유|이유|관계로)",
            r"\b(?:karena|sebab|dikarenakan)\b",
        ),
    ),
)
_ABSENT = re.compile(
    r"\bout of (?:the )?office\b|\b(?:on|taking) (?:\w+ ){0,2}?(?:leave|vacation|holiday)\b|\bcurrently away\b"
    r"|\baway from (?:my|the) (?:desk|office|e-?mail)|부재 ?중|휴가 ?중|자리를 비[우운웠]|\bsedang (?:\w+ )?cuti\b"
    r"|\b(?:di luar|tidak (?:berada )?di) kantor\b",
    re.IGNORECASE,
)
_COMPILED_REASONS = tuple((why, tuple(re.compile(p, re.IGNORECASE) for p in ps)) for why, ps in REASONS)
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
    words = _flat(text)
    for kind, patterns in _COMPILED:
        if any(pattern.search(words) for pattern in patterns):
            return kind
    return AnswerKind.NONE


def propose_reason(text: str) -> RefusalReason | None:
    """Return why they seem to refuse, nothing when they seem to give no reason."""
    words = _flat(text)
    for why, patterns in _COMPILED_REASONS:
        if any(pattern.search(words) for pattern in patterns):
            return why
    return None


def absent(text: str) -> bool:
    """Tell whether a text only says that its writer is away."""
    return _ABSENT.search(_flat(text)[:2_000]) is not None


def _flat(text: str) -> str:
    """Return the writer's own words on one line."""
    return " ".join(own_words(text).replace("\u2019", "'").split())
