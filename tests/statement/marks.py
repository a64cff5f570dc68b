"""Which tests carry which requirement ids: read from their text, so that nothing has to run.

    @pytest.mark.ocpi("R-04", "R-06")
    @pytest.mark.versions("2.2.1", "2.3.0")

The test runs in these versions; without them it speaks 2.2.1. One that makes platforms of several
versions itself, or has nothing to do with versions, says `ocpi("R-04", versions=(...))`.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
USUAL = ("2.2.1",)


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """A test that shows a requirement, in these versions."""

    file: str
    test: str
    versions: tuple[str, ...]


def shown_by() -> Mapping[str, list[Shown]]:
    """The tests of each requirement id, in the order of files and names."""
    found: dict[str, list[Shown]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        file = path.relative_to(TESTS).as_posix()
        for function in _functions(ast.parse(path.read_text())):
            try:
                marks = list(_marks(function))
            except ValueError as error:
                where = f"{file}, {function.name}"
                raise ValueError(
                    f"{where}: ids and versions are written out as literals"
                ) from error
            for ids, versions in marks:
                for each in ids:
                    found[each].append(Shown(file, function.name, versions))
    return found


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _marks(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    usual = next((_words(each) for each in _named(function, "versions")), USUAL)
    for mark in _named(function, "ocpi"):
        named = {each.arg: ast.literal_eval(each.value) for each in mark.keywords}
        yield _words(mark), tuple(named.get("versions", usual))


def _named(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Iterator[ast.Call]:
    for each in function.decorator_list:
        if isinstance(each, ast.Call) and ast.unparse(each.func) == f"pytest.mark.{name}":
            yield each


def _words(mark: ast.Call) -> tuple[str, ...]:
    return tuple(ast.literal_eval(argument) for argument in mark.args)
