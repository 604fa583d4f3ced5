"""The command that builds, lists, pins, tries and evaluates models.

The plugin calls ``build`` at each build of the blog. If all bundles are fresh it must answer at once, so
modules that import torch, or that reach the network, are imported only when there is work to do.
"""

import argparse
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import interrupts
from .bundles import keys, replacing, store
from .bundles.store import BundleStore
from .errors import ModelError
from .recipes import validation
from .recipes.library import Library
from .recipes.overrides import parse

PROGRAM = f"python -m {__package__}"
#: Errors that concern one model and are no faults of the program.
EXPECTED_ERRORS = (ModelError, ModuleNotFoundError, OSError)
EXTRA = "install pelican-research from where it came with the extra “train”, in a clone by make environment"
PRECISIONS = ("float32", "bfloat16")
#: The environment variable by which the plugin asks for drafts.
DRAFT_VARIABLE = "PELICAN_RESEARCH_DRAFT"


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status: 0, 1 for an error, 130 for Ctrl-C, 143 for SIGTERM."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # consoles of Windows may lack “→”
    options = _parser().parse_args(arguments)
    with interrupts.stoppable():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    try:
        failed = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has left, as in “models list | head -1”; Python would still flush at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except EXPECTED_ERRORS as error:
        return _fail(_reason(error, options))
    except interrupts.Stopped as stopped:
        return _fail(
            "stopped; the last complete epoch is saved, and the same command resumes there", stopped.status
        )
    return int(bool(failed))


def build(options: argparse.Namespace) -> list[str]:
    """Bring the bundles of models up to date: train, export, verify and evaluate those that are stale.

    A model that fails does not stop the others, except under torchrun, whose processes must stay together.
    """
    failed = []
    library = Library(Path.cwd())
    for name in dict.fromkeys(options.names):
        try:
            _build(name, library, options)
        except BrokenPipeError:
            raise
        except EXPECTED_ERRORS as error:
            reason = _reason(error, options)
            _fail(reason if name in reason else f"{name}: {reason}")
            failed.append(name)
            if _processes() > 1:
                break
    return failed


def _build(name: str, library: Library, options: argparse.Namespace) -> None:
    real = BundleStore(options.into)
    if store.is_pinned(name, real):
        print(f"{name}: pinned")
        return
    recipe = library.recipe(name)
    validation.check_processes(recipe, _processes())
    # Among the processes of torchrun the main one decides, since others may have no access to the bundles.
    if _processes() == 1:
        inputs = keys.key_inputs(recipe, library)
        if store.why_stale(name, inputs, real) is None:
            store.tidy(name, real)
            if options.draft:  # it would be shown in place of the real bundle
                replacing.remove(real.drafts.bundle(name))
            print(f"{name}: fresh")
            return
        if store.install_pretrained(name, inputs, real):
            print(f"{name}: installed the pretrained bundle")
            return
        if options.draft and store.why_stale(name, inputs, real.drafts) is None:
            print(f"{name}: draft is fresh")
            return
    from .build import Job, build
    from .training.workers import joined

    with joined(options.device, options.compile) as workers:
        target = real.drafts if options.draft else real
        build(Job(recipe, library, target, draft=options.draft, **_job_options(options, workers)))


def train(options: argparse.Namespace) -> None:
    """Train a recipe with some values changed and print its metrics; no bundle is written."""
    library = Library(Path.cwd())
    recipe = library.recipe(options.name, parse(options.set))
    from .build import Job, try_out
    from .training.workers import joined

    with joined(options.device, options.compile) as workers:
        job = Job(recipe, library, BundleStore(options.into), **_job_options(options, workers))
        metrics = try_out(job)
        for name, metric in metrics.items() if workers.is_main else ():
            error = "" if metric.standard_error is None else f" ± {metric.standard_error:.2f}"
            job.print(f"{name} {metric.value:.2f}{error} {metric.unit}")


def _job_options(options: argparse.Namespace, workers: Any) -> dict[str, Any]:
    """Return the fields of a job that the command line decides."""
    # Threads that wait spin for some microseconds and then sleep: longer would make training slow beside
    # other programs, and shorter would on its own. The measurement of threads depends on it.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    from rich.console import Console

    fixed = {"threads": options.threads, "precision": options.precision}
    # On standard output, so that a progress bar works where the caller captures standard error.
    console = Console(highlight=False, quiet=not workers.is_main)
    return {"console": console, "workers": workers, "log": options.tensorboard, "fixed": fixed}


def evaluate(options: argparse.Namespace) -> None:
    """Evaluate a bundle on its whole test set, which takes minutes; posts can cite the numbers."""
    library, bundles = Library(Path.cwd()), BundleStore(options.into)
    recipe = library.recipe(options.name)
    why = store.why_stale(recipe.name, keys.key_inputs(recipe, library), bundles)
    if why is not None:
        raise ModelError(f"{recipe.name}: {why}; run `{PROGRAM} build {recipe.name}` first")
    from rich.console import Console

    from .evaluation.report import report
    from .training.workers import joined

    with joined(options.device) as workers:
        report(recipe, library, bundles, options.samples, Console(), workers)


def show(options: argparse.Namespace) -> None:
    """List for each model whether its bundle is fresh, and if not, why; its size and its bounds."""
    library, bundles = Library(Path.cwd()), BundleStore(options.into)
    for name in library.names:
        try:
            print(f"{name}: {_state(name, library, bundles)}{store.summary(name, bundles)}")
        except ModelError as error:
            print(f"{name}: {error}")


def why(options: argparse.Namespace) -> None:
    """Explain why the bundle of a model is fresh or stale."""
    library, bundles = Library(Path.cwd()), BundleStore(options.into)
    print(f"{options.name}: {_state(options.name, library, bundles)}")
    inputs = keys.key_inputs(library.recipe(options.name), library)
    print(f"key: {keys.key(inputs)}")
    for part in ("recipe", "data", "preprocessing", "versions"):
        print(f"{part}: {inputs[part]}")


def _state(name: str, library: Library, bundles: BundleStore) -> str:
    if store.is_pinned(name, bundles):
        return "pinned"
    inputs = keys.key_inputs(library.recipe(name), library)
    return store.why_stale(name, inputs, bundles) or "fresh"


def pin(options: argparse.Namespace) -> None:
    """Keep the bundle of a model as it is, whatever becomes of its recipe, its data and the code."""
    store.pin(options.name, BundleStore(options.into))
    print(f"{options.name}: pinned")


def unpin(options: argparse.Namespace) -> None:
    """Let the bundle of a model be trained anew when it is stale."""
    was = store.unpin(options.name, BundleStore(options.into))
    print(f"{options.name}: {'no longer pinned' if was else 'was not pinned'}")


def restore(options: argparse.Namespace) -> list[str]:
    """Take bundles that are not fresh from a folder or an address where `save` put them; none is trained."""
    from .bundles import archives

    library, bundles = Library(Path.cwd()), BundleStore(options.into)
    headers = dict(header.split(":", 1) for header in options.header)
    failed, absent = [], []
    for name in options.names or library.names:
        try:
            inputs = keys.key_inputs(library.recipe(name), library)
            if store.is_pinned(name, bundles) or store.why_stale(name, inputs, bundles) is None:
                print(f"{name}: fresh")
            elif place := archives.restore(name, inputs, bundles, options.source, headers):
                print(f"{name}: restored from {place}")
            else:
                absent.append(name)
        except ModelError as error:
            _fail(str(error))
            failed.append(name)
    if absent:
        print(f"not in {options.source}: {', '.join(absent)}")
    return failed


def save(options: argparse.Namespace) -> None:
    """Pack fresh bundles into a folder, from where `restore` takes them; print each new archive."""
    from .bundles import archives

    library, bundles = Library(Path.cwd()), BundleStore(options.into)
    for name in options.names or library.names:
        with suppress(ModelError):  # the data set of a recipe that is not used may be missing
            inputs = keys.key_inputs(library.recipe(name), library)
            if store.is_pretrained(name, inputs) or store.why_stale(name, inputs, bundles) is not None:
                continue
            if path := archives.save(name, inputs, bundles, options.folder):
                print(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Build, list, pin, try and evaluate models.")
    parser.add_argument(
        "--into", type=Path, default=Path("build/models"), metavar="FOLDER", help="the folder of bundles"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    known = {"build": build, "train": train, "evaluate": evaluate, "list": show, "why": why}
    for name, command in {**known, "pin": pin, "unpin": unpin, "restore": restore, "save": save}.items():
        summary = (command.__doc__ or "").partition("\n")[0]
        subparser = commands.add_parser(name, help=summary, description=command.__doc__)
        subparser.set_defaults(run=command)
        if name == "build":
            subparser.add_argument("names", nargs="+", metavar="NAME", help="a recipe")
            subparser.add_argument(
                "--draft",
                action="store_true",
                default=bool(os.environ.get(DRAFT_VARIABLE)),
                help="train stale models for seconds only, apart from the real bundles",
            )
        elif name in ("restore", "save"):
            _add_archive_options(subparser, name)
        elif name != "list":
            subparser.add_argument("name", metavar="NAME", help="a recipe")
        if name in ("build", "train", "evaluate"):
            _add_compute_options(subparser, name)
    return parser


def _add_archive_options(parser: argparse.ArgumentParser, name: str) -> None:
    if name == "restore":
        parser.add_argument("source", metavar="SOURCE", help="a folder, or the address of one")
        parser.add_argument(
            "--header", action="append", default=[], metavar="NAME:VALUE", help="sent to the address"
        )
    else:
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="where archives are put")
    parser.add_argument("names", nargs="*", metavar="NAME", help="recipes; else all")


def _add_compute_options(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="where to compute (auto)"
    )
    if name == "evaluate":
        parser.add_argument(
            "--samples", type=int, default=5000, help="of the importance-weighted bound (5000)"
        )
        return
    parser.add_argument("--threads", type=int, help="threads per process; by default the fastest number")
    parser.add_argument("--precision", choices=PRECISIONS, help="by default the faster one")
    parser.add_argument("--compile", action="store_true", help="compile networks by torch.compile")
    parser.add_argument(
        "--tensorboard", type=Path, metavar="FOLDER", help="write a log for TensorBoard there"
    )
    if name == "train":
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="change a value of the recipe, as in --set epochs=5 --set model.latents=2",
        )


def _processes() -> int:
    """Return how many processes train together, as torchrun states it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def _reason(error: Exception, options: argparse.Namespace) -> str:
    """Return the message of an error of `EXPECTED_ERRORS`."""
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name}, which training needs, is not installed; {EXTRA}"
    if isinstance(error, OSError):
        return f"{error.filename or options.into}: {error.strerror}; no bundle was written"
    return str(error)


def _fail(message: str, status: int = 1) -> int:
    # The reader of our messages may have ended, which can be the reason why this process was asked to end.
    with suppress(BrokenPipeError):
        print(f"models: {message}", file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
