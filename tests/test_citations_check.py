"""The check command names what to mend, in a form that editors jump to."""

import os
import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, SETTINGS, Build

POST = """Title: Post
Date: 2026-01-01

[@@vae] and [@wakeSlep] and [a link](#nowhere), [another](#ref-vae), [a third](#heading).

<h2 id="heading">Heading</h2>
"""
BIB = """@misc{vae, author={Kingma}, title={Auto-Encoding}, year=2013, doi={10.1000/1}}
@misc{wakeSleep, author={Hinton}, title={Wake-Sleep}, year=1995}

@misc{again, author={Kingma}, title={Auto-encoding}, year=2013}
@misc{bare, title={Bare}}
@misc{broken, title={
"""


def check(folder: Path, **files: str) -> subprocess.CompletedProcess[str]:
    (folder / "content").mkdir()
    (folder / "pelicanconf.py").write_text(SETTINGS, encoding="utf-8")
    for name, text in files.items():
        (folder / "content" / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "research", "check"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "plugins")},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_all_that_is_to_mend(tmp_path: Path) -> None:
    done = check(tmp_path, post_md=POST, references_bib=BIB)
    content = f"{tmp_path / 'content'}/"
    assert done.stdout.replace(content, "").splitlines() == [
        "post.md:4: warning: the link to #nowhere leads nowhere in this post",
        "post.md:4: warning: unknown citation key “wakeSlep”; did you mean “wakeSleep”?",
        "references.bib:2: warning: “wakeSleep” is never cited",
        "references.bib:4: warning: “again” is a duplicate of “vae”",
        "references.bib:4: warning: “again” is never cited",
        "references.bib:5: warning: “bare” has no author and no year",
        "references.bib:5: warning: “bare” is never cited",
        "references.bib:6: error: the entry “broken” has no end; close its braces and quotes",
    ]
    assert done.returncode == 1


def test_entries_of_a_post_and_entries_that_others_inherit_from(tmp_path: Path) -> None:
    post = "Title: Post\nDate: 2026-01-01\npublications_src: own.bib\n\n[@@mine] and [@@part]\n"
    own = "@misc{mine, author={M}, title={Mine}, year=2000}\n@misc{unused, author={U}, title={U}, year=1}\n"
    bib = """@inproceedings{part, author={P}, title={Part}, crossref={whole}}
    @proceedings{whole, title={Whole}, editor={E}, year=2000, xdata={mit}}
    @xdata{mit, publisher={MIT Press}}
    @xdata{unasked, publisher={Nobody}}
    """
    done = check(tmp_path, post_md=post, references_bib=bib, own_bib=own)
    assert done.stdout.replace(f"{tmp_path / 'content'}/", "").splitlines() == [
        "own.bib:2: warning: “unused” is never cited"
    ]


def test_anchors_in_other_posts(tmp_path: Path) -> None:
    there = "Title: There\nDate: 2026-01-01\n\n<h2 id='a b'>A</h2>\n\n<h2 id='é'>É</h2>\n"
    here = "Title: Here\nDate: 2026-01-01\n\n[1]({filename}there.md#gone)\n[2]({filename}/there.md#%C3%A9)\n"
    here += "[3]({filename}/there.md#lost) [4](https://example.org/#x) [5]({filename}there.md)\n"
    done = check(tmp_path, here_md=here, there_md=there)
    assert done.stdout.replace(f"{tmp_path / 'content'}/", "").splitlines() == [
        "here.md:4: warning: the link to #gone leads nowhere in there.md",
        "here.md:6: warning: the link to #lost leads nowhere in /there.md",
    ]


def test_a_citation_in_a_caption_counts(tmp_path: Path) -> None:
    demo = "```demo\nkind: samples\nmodel: m\nalt: Digits\ncaption: As in [@vae, p. 3].\n```"
    done = check(
        tmp_path,
        post_md=f"Title: Post\nDate: 2026-01-01\n\n{demo}\n",
        references_bib=BIB.partition("\n")[0],
    )
    assert done.stdout == ""


def test_a_post_that_cannot_be_read(tmp_path: Path) -> None:
    done = check(tmp_path, bad_md="Title: Bad\nDate: yesterday\n\n[@@vae]\n", references_bib="")
    assert "bad.md: error: " in done.stdout
    assert "Traceback" not in done.stderr
    assert done.returncode == 1


def test_nothing_to_mend(tmp_path: Path) -> None:
    done = check(
        tmp_path, post_md="Title: Post\nDate: 2026-01-01\n\n[@@vae]\n", references_bib=BIB.partition("\n")[0]
    )
    assert done.stdout == ""
    assert done.returncode == 0


LINTED = """@string{used = {Used}}
@string{unused = {Unused}}
@artcle{typo, author={A}, title={Typo}, year=2000, journal=used}
@misc{semi, author={Ada Lovelace; Alan Turing}, title={Semi}, year=2000}
@misc{commas, author={Ada Lovelace, Alan Turing, Bea Berg}, title={Commas}, year=2000}
@misc{amp, author={Lovelace, Ada & Turing, Alan}, title={Amp}, year=2000}
@misc{www, author={A}, title={Www}, year=2000, url={www.example.org/a}}
@misc{Case, author={A}, title={Case One}, year=2000}
@misc{case, author={B}, title={Case Two}, year=2000}
@misc{arx1, author={A}, title={The {Deep} One}, year=2000, eprint={1312.6114v2}, eprinttype={arxiv}}
@misc{arx2, author={A}, title={Another}, year=2001, url={https://arxiv.org/abs/1312.6114}}
@misc{title, author={A}, title={the deep one.}, date={2000-05}}
@misc{macro, author={A}, title={A \\strange One}, year=2000, doi={none}}
@misc{al, author={Smith, A. et al.}, title={Al}, year={to appear}}
@misc{preprint, author={Lee, B.}, title={On {One} Thing}, date={May 2013}}
@article{published, author={Lee, Bo}, title={On one thing}, year=2014, doi={10.1000/1}}
@article{further, author={Lee, Bo}, title={On one thing}, year=2015, doi={10.1000/2}}
@misc{nodate, author={Lee, C.}, title={No Date}, year={n.d.}}
@misc{fine, author={de la Cruz, Jr., Juan and {Sony; Inc.} and M{\\"u}ller, A.}, title={Fine}, year=2000}
"""


def test_a_linter_of_bibliographies(tmp_path: Path) -> None:
    keys = re.findall(r"\{(\w+), a", LINTED)
    post = f"Title: Post\nDate: 2026-01-01\n\n[{'; '.join(f'@{key}' for key in keys)}]\n"
    done = check(tmp_path, post_md=post, references_bib=LINTED)
    assert done.stdout.replace(f"{tmp_path / 'content'}/", "").splitlines() == [
        "references.bib:2: warning: the abbreviation “unused” is never used",
        "references.bib:3: warning: “typo”: there is no type of entry “@artcle”; did you mean “article”?; "
        "@misc is used",
        "references.bib:4: warning: “semi”: “author” joins names by semicolons; join names by “ and ”",
        "references.bib:5: warning: “commas”: “author” joins names by commas; join names by “ and ”",
        "references.bib:6: warning: “amp”: “author” joins names by “&”; join names by “ and ”",
        "references.bib:7: warning: “www”: “url” has no scheme: write https://www.example.org/a",
        "references.bib:9: warning: the keys “case” and “Case” differ by case alone; rename one",
        "references.bib:11: warning: “arx2” is a duplicate of “arx1”",
        "references.bib:12: warning: “title” is a duplicate of “arx1”",
        "references.bib:13: error: the entry “macro”: “title” holds the unknown command “\\strange”, "
        "which is left out; write its text",
        "references.bib:13: warning: “macro”: “none” is no DOI, such as 10.1126/science.7761831",
        "references.bib:14: warning: “al”: “author” says “et al.”; write “and others”",
        "references.bib:14: warning: “al”: “year” says “to appear”: write the year, or pubstate = "
        "{forthcoming} in its place",
        "references.bib:15: warning: “preprint”: “date” says “May 2013”, which is no date, such as "
        "2013-12-20",
        "references.bib:16: warning: “published” has the title and the first author of “preprint”; "
        "are they one work?",
        "references.bib:17: warning: “further” has the title and the first author of “preprint”; "
        "are they one work?",
    ]


def test_a_console_that_lacks_signs_of_a_message_gets_the_others(build: Build) -> None:
    post = "Title: Post\nDate: 2026-01-01\n\n[@@ψkey], [@@vae]\n"
    site = build({"post.md": post, "references.bib": BIB}, "", env={"PYTHONIOENCODING": "ascii"})
    assert site.exit_code == 0, site.log
    assert "unknown citation key ??key?" in site.log
    done = subprocess.run(
        [sys.executable, "-m", "research", "check", "--adopt"],
        cwd=site.root,
        env={**os.environ, "PYTHONPATH": str(ROOT / "plugins"), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        encoding="ascii",
    )
    assert done.returncode == 0, done.stderr
    assert "? Kingma" in done.stdout
