"""Files near 300 lines, functions near 40. Exceptions are listed with their size and may only shrink."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"
FILE_LINES = 330
FUNCTION_LINES = 42

# path (and function) -> lines today. A new entry needs a reason in review; a larger number never passes.
LARGE_FILES: dict[str, int] = {}
LARGE_FUNCTIONS: dict[str, int] = {}


def python_files() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


def functions(path: Path) -> list[tuple[str, int]]:
    """Names and lengths; a docstring does not count, or there would be a price on writing one."""
    tree = ast.parse(path.read_text("utf-8"))
    return [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(node) is None:
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1


def test_files_are_small() -> None:
    sizes = {str(p.relative_to(SOURCE)): len(p.read_text("utf-8").splitlines()) for p in python_files()}
    assert sizes
    large = {name: size for name, size in sizes.items() if size > FILE_LINES}
    grown = {name: size for name, size in large.items() if size > LARGE_FILES.get(name, 0)}
    assert grown == {}
    assert set(LARGE_FILES) <= set(large), "an exception is not needed any more: remove it"


def test_functions_are_small() -> None:
    large = {
        f"{path.relative_to(SOURCE)}:{name}": size
        for path in python_files()
        for name, size in functions(path)
        if size > FUNCTION_LINES
    }
    grown = {name: size for name, size in large.items() if size > LARGE_FUNCTIONS.get(name, 0)}
    assert grown == {}
    assert set(LARGE_FUNCTIONS) <= set(large), "an exception is not needed any more: remove it"
