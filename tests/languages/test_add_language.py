"""docs/how-to/add-a-language.md, done: Spanish with three texts, in a copy of the sources."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import polib
import pytest

from tests import homes
from tests.languages.conftest import run

pytestmark = pytest.mark.interop

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "add-a-language.md"
SPANISH = {
    "Start a report": "Empezar un informe",
    "It is your case": "Es su caso",
    "%(n)s answer to read": "%(n)s respuestas por leer",
}
ASK = """
import django; django.setup()
from django.core.management import call_command
from django.test import Client
call_command("collectstatic", interactive=False, verbosity=0)
page = Client().get("/", headers={"host": "localhost", "accept-language": "fr"})
print(page.content.decode())
print(Client().get("/?lang=en", headers={"host": "localhost"}).status_code)
"""


def test_a_language_is_added_by_the_steps_of_the_how_to(copy: Path) -> None:
    steps = HOW_TO.read_text(encoding="utf-8")
    (folder,) = re.findall(r"mkdir -p (\S+)", steps)
    (copy / folder).mkdir(parents=True)
    run(copy, "scripts/messages")
    catalogue = polib.pofile(str(copy / folder / "django.po"))
    korean = polib.pofile(str(copy / "src/recourse/locale/ko/LC_MESSAGES/django.po"))
    assert {entry.msgid for entry in catalogue} == {entry.msgid for entry in korean}
    (forms,) = re.findall(r"nplurals=(\d)", catalogue.metadata["Plural-Forms"])

    for text, said in SPANISH.items():
        entry = catalogue.find(text)
        assert entry is not None, text
        if entry.msgid_plural:
            entry.msgstr_plural = dict.fromkeys(range(int(forms)), said)
        else:
            entry.msgstr = said
    catalogue.save()
    run(copy, "scripts/messages", "compile")

    (offered,) = re.findall(r"languages = (\[.*\])", steps)
    homes.make(copy)
    page = run(
        copy, sys.executable, "-c", ASK,
        RECOURSE_CONFIG=str(copy / "recourse.toml"), RECOURSE_AGENCY__LANGUAGES=offered,
    )  # fmt: skip
    assert '<html lang="es" dir="ltr">' in page, "the first language is for browsers with no match"
    assert SPANISH["Start a report"] in page
    assert '<b lang="es" aria-current="true">español</b>' in page
    assert "Your name" in page, "what is not translated yet is shown in English"
    assert page.rstrip().endswith("302")
