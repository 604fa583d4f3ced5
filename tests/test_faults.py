from pathlib import Path

from conftest import Build
from research.core.diagnostics import Diagnostic, Severity, in_order, line_of, nearest


def test_a_fault_reads_as_editors_expect_it() -> None:
    assert (
        str(Diagnostic(Path("content/post.md"), 7, "no such key")) == "content/post.md:7: error: no such key"
    )
    assert (
        str(Diagnostic(Path("refs.bib"), None, "missing", Severity.WARNING)) == "refs.bib: warning: missing"
    )


def test_line_of_counts_occurrences(tmp_path: Path) -> None:
    file = tmp_path / "post.md"
    file.write_text("one\n[@a] two\n\n[@a] [@a]\n", encoding="utf-8")
    assert [line_of(file, "[@a]", n) for n in range(4)] == [2, 4, 4, 2]
    assert line_of(file, "[@b]") is None
    assert line_of(tmp_path / "gone.md", "x") is None


def test_nearest_names_the_likeliest_word_or_none() -> None:
    assert nearest("modle", ["model", "kind"]) == "; did you mean “model”?"
    assert nearest("zzz", ["model", "kind"]) == ""


def test_each_diagnostic_stands_once_on_a_line_by_file_line_and_column() -> None:
    first = Diagnostic(Path("a.md"), 9, "one\nand more", column=3)
    second = Diagnostic(Path("a.md"), 10, "two", Severity.WARNING)
    third = Diagnostic(Path("b.md"), None, "three")
    assert in_order([third, second, first, second]) == [first, second, third]
    assert str(first) == "a.md:9:3: error: one and more"


def test_a_build_prints_diagnostics_unwrapped_and_ends_without_a_traceback(build: Build) -> None:
    posts = {
        f"{name}.md": f"Title: {name}\nDate: 2026-01-01\n\n$\\{'un' * 40}defined$ [@@gone]\n" for name in "ba"
    }
    site = build({**posts, "references.bib": ""}, "", "--fatal", "errors", env={"COLUMNS": "40"})
    assert site.exit_code == 1
    assert "Traceback" not in site.log
    found = [line for line in site.log.splitlines() if line.startswith(str(site.root))]
    places = [line.removeprefix(f"{site.root}/content/").partition(": ") for line in found]
    assert [place for place, _, _ in places] == ["a.md:4", "a.md:4", "b.md:4", "b.md:4"]
    assert all(line.endswith(("defined", "“gone”")) for line in found)
    assert site.exists("a.html")


def test_warnings_do_not_fail_a_build_with_fatal_errors(build: Build) -> None:
    post = {"post.md": "Title: Post\nDate: 2026-01-01\n\n[@@nobody] said so."}
    site = build({**post, "references.bib": ""}, "", "--fatal", "errors")
    assert "content/post.md:4: warning:" in site.log
    assert site.exit_code == 0
    assert build({}, "", "--fatal", "warnings").exit_code != 0
    assert site.exists("post.html")
