"""What the stories tell is told as it happens: plain lines in a file, a bar on a terminal, a table at the end."""

from __future__ import annotations

import io

from recourse_town.telling import Board, Outcome


class Terminal(io.StringIO):
    """A terminal, as far as the board asks."""

    def isatty(self) -> bool:
        return True


def test_in_a_file_there_are_lines_and_no_bar() -> None:
    out = io.StringIO()
    board = Board(steps=2, out=out)
    board.say("Kanal", "A survivor reported.")
    board.end()
    assert out.getvalue().endswith("s  Kanal   A survivor reported.\n")
    assert "\x1b" not in out.getvalue()
    assert "#" not in out.getvalue()


def test_on_a_terminal_a_bar_grows_and_goes_away_at_the_end() -> None:
    out = Terminal()
    board = Board(steps=2, out=out)
    board.say("Kanal", "One.")
    assert out.getvalue().endswith(f"[{'#' * 15}{'.' * 15}] 1 of 2")
    board.say("Kanal", "Two.")
    board.say("Kanal", "More than was planned.")
    assert out.getvalue().endswith(f"[{'#' * 30}] 2 of 2")
    board.end()
    assert out.getvalue().endswith("\r\x1b[K")


def test_the_table_lines_its_columns_up() -> None:
    out = io.StringIO()
    Board(steps=1, out=out).table([Outcome("Kanal, place 1", "today, 9:00", "-", "Gone")])
    head, rule, row = out.getvalue().splitlines()[1:]
    assert [head.index(word) for word in ("Asked", "Answered", "Found")] == [
        row.index(word) for word in ("today", "-", "Gone")
    ]
    assert set(rule) == {" ", "-"}
