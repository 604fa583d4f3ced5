"""The models of a build: brought up to date by the blog's command, once, and then read.

A command with the word ``{names}`` runs once for all models. Its exit code does not tell which of them
failed, and a bundle that is there may be one that was to be replaced; so after a failure it runs once more
for each model, and the bundle of each model for which it succeeds is read.
"""

import codecs
import importlib.util
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.diagnostics import nearest
from ...core.extras import installing
from ...core.processes.children import CANNOT_RUN, supervised
from ..errors import DemoError
from ..settings import NAME, NAMES, Settings
from . import bundle, trainer
from .bundle import Bundle

if TYPE_CHECKING:
    from ..sandbox import Sandbox

#: The modules of the extra `demos`.
EXTRA = ("numpy", "onnx", "onnxruntime", "PIL", "psutil")
#: What a message repeats of a failed command's output, at most.
LAST_LINES, LAST_CHARACTERS = 8, 2000
#: Characters of a name: it is that of a folder, too.
MAX_NAME = 100
#: The key in the memory of a process for names of models that were fresh in its last build.
FRESH = "fresh models"


class CannotRunError(DemoError):
    """The command cannot be run, whatever the model."""


class Models:
    """The bundles that the posts of one build ask for, by name, and the sandbox in which they are opened."""

    def __init__(self, settings: Settings, memory: dict[str, Any] | None = None) -> None:
        self._settings = settings
        self._memory = {} if memory is None else memory
        self._found: dict[str, Bundle | DemoError] = {}
        #: The models for which the command has run, and why it could not be run for them.
        self._asked: dict[str, DemoError | None] = dict.fromkeys(self._memory.get(FRESH, ()))
        self._sandbox: Sandbox | None = None

    def close(self) -> None:
        """End the sandbox; the next build need not ask again for the bundles that were read."""
        self._memory[FRESH] = {name for name, found in self._found.items() if isinstance(found, Bundle)}
        if self._sandbox:
            self._sandbox.close()

    def bring_up_to_date(self, names: Iterable[str]) -> None:
        """Run the command once for all models `names`, if it takes several names.

        An error that concerns a model is raised when that model is requested.
        """
        wanted = [
            name for name in dict.fromkeys(names) if name not in self._asked.keys() | self._found.keys()
        ]
        wanted = [name for name in wanted if trainer.concerns(name, self._settings)]
        if len(wanted) < 2 or not any(NAMES in word for word in trainer.command(self._settings)):
            return
        try:
            require_extra()
            run(self._command(wanted), self._settings.root)
        except CannotRunError as error:
            self._asked |= dict.fromkeys(wanted, error)
        except DemoError:
            return
        else:
            self._asked |= dict.fromkeys(wanted)

    def __getitem__(self, name: str) -> Bundle:
        """Return the bundle of `name`; raise `DemoError`, each time, if it cannot be had."""
        if name not in self._found:
            try:
                self._found[name] = self._build(name)
            except DemoError as error:
                self._found[name] = error
        found = self._found[name]
        if isinstance(found, DemoError):
            raise found
        return found

    def _build(self, name: str) -> Bundle:
        require_extra()
        if len(name) > MAX_NAME:
            raise DemoError(f"model “{name[:20]}…”: its name is longer than {MAX_NAME} characters")
        command = self._command([name]) if trainer.concerns(name, self._settings) else []
        folder = self._settings.models / name
        if not command:
            known = sorted(path.parent.name for path in self._settings.models.glob("*/manifest.json"))
            if name not in known:
                names = sorted({*known, *trainer.recipes(self._settings)})
                missing = f"there is no bundle in {folder}"
                if trainer.is_default(self._settings):
                    missing += f", and there is no recipe “{name}” to train it by"
                raise DemoError(f"model “{name}”: {missing}{nearest(name, names)}")
        try:
            if command:
                self._run_once(command, name)
            return bundle.read(trainer.folder(name, self._settings), self._opened_sandbox())
        except DemoError as error:
            raise DemoError(f"model “{name}”: {error}") from error

    def _run_once(self, command: Sequence[str], name: str) -> None:
        """Run `command` for the model `name`, if it has not run; raise `DemoError` where it fails."""
        if name not in self._asked:
            run(command, self._settings.root)
        elif error := self._asked[name]:
            raise error

    def _command(self, names: Sequence[str]) -> list[str]:
        """Return the words of the command for the models `names`: several only where it has ``{names}``."""
        words: list[str] = []
        for word in trainer.command(self._settings):
            words += [word.replace(NAMES, name) for name in names] if NAMES in word else [word]
        return [word.replace(NAME, names[0]) for word in words]

    def _opened_sandbox(self) -> "Sandbox":
        # Imported here: only blogs that show models have installed what it needs.
        from ..sandbox import Sandbox

        self._sandbox = self._sandbox or Sandbox(self._settings.limits)
        return self._sandbox


def require_extra() -> None:
    """Raise `DemoError` unless the packages are installed that images are made with."""
    missing = [module for module in EXTRA if importlib.util.find_spec(module) is None]
    if missing:
        raise DemoError(
            f"demos need packages that are not installed ({', '.join(missing)}): run {installing('demos')}"
        )


def run(command: Sequence[str], folder: Path) -> None:
    """Run `command` in `folder` and pass its output on as it comes.

    Its standard output is the author's terminal, so a progress bar works; its standard error is
    passed on, and its last lines are part of the `DemoError` that a failure raises. Neither it nor
    anything that it starts outlives this process.
    """
    words = " ".join(command)
    with supervised(command, cwd=folder, stderr=subprocess.PIPE) as process:
        try:
            last = _pass_on(process)
            process.wait()
        except BaseException:
            # After Ctrl-C too: the author sees what the command prints while it cleans up.
            _let_go(process)
            raise
    if process.returncode == CANNOT_RUN:
        reason = f"{last.strip()}; " if last else ""
        raise CannotRunError(f'`{words}` cannot be run: {reason}see RESEARCH["build_model"]')
    if process.returncode:
        raise DemoError(f"`{words}` ended with exit code {process.returncode}:\n{last}".rstrip(":\n"))


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    _pass_on(process)
    process.wait()


def _pass_on(process: "subprocess.Popen[bytes]") -> str:
    """Copy the standard error of `process` to ours until it ends; return its last lines, indented."""
    assert process.stderr is not None
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    end = ""
    # By pieces and not by lines: a progress bar ends none.
    while piece := process.stderr.read1():  # type: ignore[attr-defined]
        text = decoder.decode(piece)
        sys.stderr.write(text)
        sys.stderr.flush()
        end = (end + text)[-LAST_CHARACTERS:]
    return "\n".join(f"    {line}" for line in end.splitlines()[-LAST_LINES:])
