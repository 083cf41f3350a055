"""Regular expressions that come from rule files: compiled once, and only if every one of them is bounded.

Refuses: unbounded repetition (`*`, `+`, `{n,}`) and a repetition inside a repetition. What a stranger pastes
is matched against these patterns, so that the work per character must be known before.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from re import _constants as _sre  # type: ignore[attr-defined]
    from re import _parser as _sre_parse  # type: ignore[attr-defined]

MAX_PATTERN = 300
MAX_REPEAT = 4096


def bounded(text: str) -> re.Pattern[str]:
    """Compile `text` for whole-string matching of ASCII.

    Raises:
        ValueError: it is too long, not a regular expression, or not bounded.
    """
    if len(text) > MAX_PATTERN:
        raise ValueError(f"pattern is longer than {MAX_PATTERN} characters")
    try:
        compiled = re.compile(text, re.ASCII)
        _check(_sre_parse.parse(text, re.ASCII), inside_repeat=False)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return compiled


def _check(tokens: Iterable[tuple[Any, Any]], *, inside_repeat: bool) -> None:
    """Walk the parsed pattern and refuse repetitions without an end or inside each other."""
    for operator, argument in tokens:
        if operator in (_sre.MAX_REPEAT, _sre.MIN_REPEAT, _sre.POSSESSIVE_REPEAT):
            _least, most, inner = argument
            if most > MAX_REPEAT:
                raise ValueError("every repetition needs an upper bound, such as {1,32}")
            repeats = most > 1
            if repeats and inside_repeat:
                raise ValueError("a repetition inside a repetition is not allowed")
            _check(inner, inside_repeat=inside_repeat or repeats)
        else:
            for part in _parts(argument):
                _check(part, inside_repeat=inside_repeat)


def _parts(argument: Any) -> Iterable[Any]:  # noqa: ANN401 - the parser's tree has no types
    """Return the sub-patterns inside one token's argument."""
    if isinstance(argument, _sre_parse.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for part in argument:
            yield from _parts(part)
