"""One concept, one word, in every language: the catalogues use the words of docs/glossary.md and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from recourse.config.languages import CATALOGUES

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
COLUMNS = {"ko": 1, "id": 2}
# Terms that are everyday words as well ("a person answers by phone", "this is the right place").
EVERYDAY = {"answer", "place", "report", "channel", "draft", "purpose", "leaf", "checkpoint"}
NO_TERM = re.compile(r"%\(\w+\)[sd]|\{\w*\}|\bin case\b|\bdelivery report\b", re.IGNORECASE)
# Words for one of our concepts, or about a survivor, that are not ours; with the word to use.
NEVER = {
    "en": {
        r"\bvictims?\b": "survivor",
        r"\btickets?\b": "notice, their reference",
        r"\bporn": "name the act, not a genre",
        r"\bresolved\b|\bhandled\b": "say what was seen",
        r"\busers?\b(?! name)": "survivor, or staff",
    },
    "ko": {
        "음란": "성적 이미지",
        "포르노": "성적 이미지",
        "희생자|생존자": "피해자",
        "사용자(?! 이름)|유저|이용자": "피해자, 직원",
        "티켓": "요청, 접수번호",
        "접수 ?코드": "사건 코드",
        "케이스": "사건",
        "컨텐츠": "콘텐츠",
        "해결됨|처리됨|처리 완료": "본 것을 적는다",
        "리포트": "신고",
    },
    "id": {
        r"\bporno": "gambar seksual",
        r"(?<!nama )\bpengguna\b": "penyintas, staf",
        r"\btiket": "permintaan, nomor rujukan",
        r"\be-?mail\b": "surel",
        r"\bperkara\b": "kasus",
        r"\bdiselesaikan\b|\bditangani\b|\bterselesaikan\b": "sebutkan apa yang dilihat",
        r"\bwebsite\b": "situs web",
        r"\baib\b": "tidak menyalahkan",
        r"\bnotifikasi\b": "permintaan",
    },
}
languages = pytest.mark.parametrize("code", ["ko", "id"])


def entries(code: str) -> Iterator[tuple[str, str]]:
    """Yield each text that is translated, with its translation."""
    for entry in polib.pofile(str(CATALOGUES / code / "LC_MESSAGES" / "django.po")):
        if entry.translated():
            yield entry.msgid_plural or entry.msgid, entry.msgstr or " ".join(entry.msgstr_plural.values())


def terms(code: str) -> dict[str, list[str]]:
    """Return each term with the words that the glossary gives for it."""
    found = {}
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [re.sub(r"\(.*?\)", "", cell).strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] != "English":
            found[cells[0]] = [word.strip() for word in cells[COLUMNS[code]].split(",")]
    return found


@languages
def test_each_term_has_its_own_word(code: str) -> None:
    held = {term: words for term, words in terms(code).items() if term not in EVERYDAY}
    assert len(held) > 12
    wrong = [
        f"{term} ({', '.join(words)}): {text} => {said}"
        for text, said in entries(code)
        for term, words in held.items()
        if re.search(rf"\b{re.escape(term)}s?\b", NO_TERM.sub("", text), re.IGNORECASE)
        and not any(word in said.lower() for word in words)
    ]
    assert wrong == []


@pytest.mark.parametrize("code", list(NEVER))
def test_no_word_stands_that_is_not_ours(code: str) -> None:
    said = [text for text, _ in entries("ko")] if code == "en" else [text for _, text in entries(code)]
    wrong = [
        f"{text}: write {use}"
        for text in said
        for word, use in NEVER[code].items()
        if re.search(word, text, re.IGNORECASE)
    ]
    assert wrong == []


@languages
def test_what_is_filled_in_and_marked_up_stays(code: str) -> None:
    """Each placeholder and each tag of a text stands in its translation, as often."""
    assert [text for text, said in entries(code) if signs(said) != signs(text)] == []


def signs(text: str) -> list[str]:
    return sorted(re.findall(r"<[^>]+>|%\(\w+\)[sd]|\{\w*\}", text))
