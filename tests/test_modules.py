import gzip
import subprocess
from pathlib import Path

import pytest
from parts import whole
from research.core.storage.assets import Script
from research.core.storage.javascript import joined, shortened


def write(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "entry.js"


def run(code: str) -> str:
    command = ["node", "--input-type=module", "--eval", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_joined_modules_do_what_they_did(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        base="// A comment.\nconst SECRET = 2;\nexport const twice = (value) => SECRET * value;\n",
        more=(
            'import { twice } from "./base.js";\n'
            "export function four(value) {\n  return twice(twice(value)); // 4\n}\n"
            "export class Five {\n  get() {\n    return five;\n  }\n}\n"
            "const five = 5;\n"
        ),
        entry=(
            'import * as more from "./more.js";\nimport {\n  twice,\n} from "./base.js";\n'
            "const SECRET = 3;\nconsole.log(more.four(SECRET), twice(1), new more.Five().get());\n"
        ),
    )
    assert run(joined(entry)) == "12 2 5\n"
    assert "A comment" not in joined(entry)


def test_modules_that_use_the_same_names_are_kept_apart(tmp_path: Path) -> None:
    write(tmp_path, base="export const start = () => 1;\nexport const own = 5;\n")
    write(tmp_path, more="const own = 2;\nexport const start = () => own;\nexport const two = () => own;\n")
    entry = write(
        tmp_path,
        last='import { two } from "./more.js";\nexport const four = 2 * two();\n',
        entry=(
            'import { own } from "./base.js";\nimport * as base from "./base.js";\n'
            'import { four } from "./last.js";\nimport * as more from "./more.js";\n'
            "console.log(own, base.start(), more.start(), more.two(), four);\n"
        ),
    )
    assert run(joined(entry)) == run(shortened({"entry": joined(entry)})["entry"]) == "5 1 2 2 4\n"


def test_what_the_first_module_exports_can_be_imported(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        base="export const two = 2;\n",
        entry=(
            'import { two } from "./base.js";\n'
            "export const four = 2 * two;\nexport function five() {\n  return 5;\n}\n"
        ),
    )
    (tmp_path / "whole.mjs").write_text(joined(entry))
    whole = (tmp_path / "whole.mjs").as_uri()
    assert run(f"const whole = await import('{whole}'); console.log(whole.four, whole.five());") == "4 5\n"


@pytest.mark.parametrize(
    "line",
    [
        'import one from "./base.js";',
        "export default 1;",
        "export { one };",
        'import { a as b } from "./base.js";',
    ],
)
def test_other_forms_are_refused(tmp_path: Path, line: str) -> None:
    entry = write(tmp_path, base="export const a = 1;\n", entry=f"const one = 1;\n{line}\n")
    with pytest.raises(ValueError, match=r"entry\.js"):
        joined(entry)


def weight(text: str) -> int:
    return len(gzip.compress(text.encode()))


def test_scripts_weigh_little(tmp_path: Path) -> None:
    scripts = [asset for asset in whole(tmp_path).assets() if isinstance(asset, Script)]
    assert sum(weight(script.shortened[script.path.name]) for script in scripts) < 10_900  # with the page
    for script in scripts:
        # Loaded by the figures that have them alone, and when a figure is active.
        own = {"conditions.js": 800, "state.js": 700, "trainer.js": 2_700}
        kinds = {"classify": 3_100, "conditional": 700, "draw": 2_900, "latents": 1_300, "points": 1_800}
        kinds |= {"posterior": 4_900, "steps": 1_500, "train": 2_600, "training": 600}
        own |= {f"kinds/{name}.js": limit for name, limit in kinds.items()}
        of_kinds = [text for name, text in script.shortened.items() if name not in own]
        for name in own.keys() & script.shortened.keys():
            assert weight(script.shortened[name]) < own[name]
        assert sum(map(weight, of_kinds)) < 9_400  # the others come when a figure is near


def test_shortened_modules_do_what_they_did(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        base="export class Counter {\n  #count = 0;\n  next() {\n    return (this.#count += 1);\n  }\n"
        "  async #later() {\n    return this.#count;\n  }\n  last() {\n    return this.#later();\n  }\n}\n",
        entry='import { Counter } from "./base.js";\nconst longName = new Counter();\n'
        "console.log(longName.next() + longName.next() + (await longName.last()));\n",
    )
    text = joined(entry)
    short = shortened({"entry": text})["entry"]
    assert run(short) == run(text) == "5\n"
    assert len(short) < len(text)
    assert "longName" not in short


def test_without_node_modules_keep_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert shortened({"entry": "const longName = 1;"}) == {"entry": "const longName = 1;"}
