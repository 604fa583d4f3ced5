"""The check command names what to mend, in a form that editors jump to."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, SETTINGS

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
