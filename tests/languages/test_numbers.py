"""A text with a plural is asked for with a number wherever it is used: without one its translation is not found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[2] / "src" / "recourse"
CATALOGUE = SOURCE / "locale" / "ko" / "LC_MESSAGES" / "django.po"
ALONE = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
IN_A_TEMPLATE = re.compile(r"(?<!\w)gettext\(u?(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\)")


def test_no_text_with_a_plural_is_asked_for_without_a_number() -> None:
    counted = {
        entry.msgid for entry in polib.pofile(str(CATALOGUE)) if entry.msgid_plural and not entry.msgctxt
    }
    alone = {
        text: path.name for path in SOURCE.rglob("*.py") for text in asked_in_code(path.read_text("utf-8"))
    }
    for path in SOURCE.rglob("*.html"):
        alone |= dict.fromkeys(asked_in_template(path.read_text("utf-8")), path.name)
    assert len(counted) > 20
    assert len(alone) > 1000
    assert {text: alone[text] for text in counted & alone.keys()} == {}


def test_each_way_of_asking_is_seen() -> None:
    assert list(asked_in_code('_("a"); gettext_lazy("b"); ngettext("c", "cs", 2)')) == ["a", "b"]
    template = '{% translate "a" %}{% blocktranslate %}b {{ n }}{% endblocktranslate %}'
    counted = "{% blocktranslate count n=n %}c{% plural %}cs{% endblocktranslate %}"
    assert list(asked_in_template(template + counted)) == ["a", "b %(n)s"]


def asked_in_code(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in ALONE:
            continue
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            yield node.args[0].value


def asked_in_template(source: str) -> Iterator[str]:
    for found in IN_A_TEMPLATE.finditer(templatize(source)):
        yield ast.literal_eval(found["text"])
