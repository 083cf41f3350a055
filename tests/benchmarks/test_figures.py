"""The page of figures keeps what was not measured anew."""

from benchmarks import figures

OLD = "# Figures\n\nMeasured once.\n\n## One\n\n| a |\n\n## Two\n\nb\n"


def test_a_section_is_replaced_in_its_place_and_others_stay() -> None:
    page = figures.merged(OLD, "## One\n\n| c |\n\n### Inside\n\nd\n")
    assert page == "# Figures\n\nMeasured once.\n\n## One\n\n| c |\n\n### Inside\n\nd\n\n## Two\n\nb\n"


def test_a_new_section_comes_last_and_a_new_head_replaces_the_old() -> None:
    assert figures.merged(OLD, "## Three\n\ne") == OLD + "\n## Three\n\ne\n"
    assert figures.merged(OLD, "# Figures\n\nAgain.\n") == OLD.replace("Measured once.", "Again.")


def test_a_page_that_is_not_there_yet_is_begun() -> None:
    assert figures.merged("", OLD) == OLD


def test_what_is_committed_is_such_a_page() -> None:
    text = figures.TARGET.read_text(encoding="utf-8")
    assert figures.merged(text, text) == text
