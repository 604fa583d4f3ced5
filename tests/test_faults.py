import logging
from pathlib import Path

import pytest
from conftest import Build
from research.faults import Fault, Severity, line_of, nearest, report


def test_a_fault_reads_as_editors_expect_it() -> None:
    assert str(Fault(Path("content/post.md"), 7, "no such key")) == "content/post.md:7: error: no such key"
    assert str(Fault(Path("refs.bib"), None, "missing", Severity.WARNING)) == "refs.bib: warning: missing"


def test_line_of_counts_occurrences(tmp_path: Path) -> None:
    file = tmp_path / "post.md"
    file.write_text("one\n[@a] two\n\n[@a] [@a]\n", encoding="utf-8")
    assert [line_of(file, "[@a]", n) for n in range(4)] == [2, 4, 4, 2]
    assert line_of(file, "[@b]") is None
    assert line_of(tmp_path / "gone.md", "x") is None


def test_nearest_names_the_likeliest_word_or_none() -> None:
    assert nearest("modle", ["model", "kind"]) == "; did you mean “model”?"
    assert nearest("zzz", ["model", "kind"]) == ""


def test_report_is_one_record_sorted_and_as_grave_as_its_gravest(caplog: pytest.LogCaptureFixture) -> None:
    warning = Fault(Path("b.md"), 2, "two", Severity.WARNING)
    error = Fault(Path("a.md"), 9, "one")
    with caplog.at_level(logging.WARNING):
        report([warning, error, warning])
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().splitlines()[1:] == [str(error), str(warning)]


def test_no_faults_say_nothing(caplog: pytest.LogCaptureFixture) -> None:
    report([])
    assert not caplog.records


def test_warnings_do_not_fail_a_build_with_fatal_errors(build: Build) -> None:
    post = {"post.md": "Title: Post\nDate: 2026-01-01\n\n[@@nobody] said so."}
    site = build({**post, "references.bib": ""}, "", "--fatal", "errors")
    assert "content/post.md:4: warning:" in site.log
    assert site.exit_code == 0
    assert build({}, "", "--fatal", "warnings").exit_code != 0
    assert site.exists("post.html")
