"""How a code is read aloud."""

from __future__ import annotations

from recourse.base.core import ids
from recourse.surfaces.frame.spelling import WORDS, spoken


def test_spoken_in_nato_words_and_plain_digits() -> None:
    assert spoken("7km4 qx2t 9hwd e3rp v6na 5cjy") == [
        ("7KM4", "seven, Kilo, Mike, four"),
        ("QX2T", "Quebec, X-ray, two, Tango"),
        ("9HWD", "nine, Hotel, Whiskey, Delta"),
        ("E3RP", "Echo, three, Romeo, Papa"),
        ("V6NA", "Victor, six, November, Alfa"),
        ("5CJY", "five, Charlie, Juliett, Yankee"),
    ]


def test_every_character_has_a_word_of_its_own() -> None:
    assert set(WORDS) == set(ids.ALPHABET)
    assert len(set(WORDS.values())) == 32
    for letter, word in WORDS.items():
        assert letter.isdigit() or word[0] == letter
