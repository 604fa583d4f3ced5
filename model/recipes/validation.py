"""What is wrong with a recipe though each of its values is possible on its own."""

from typing import get_args

from ..errors import ModelError
from .read import Origin
from .specs import VAE, Architecture, Couplings, Custom, ObjectiveSpec, Recipe, Supervised

#: A coupling changes some latents as a function of others.
MIN_COUPLED = 2


def validate(recipe: Recipe, origin: Origin) -> None:
    """Raise `ModelError` where objective and model, or parts of the model, cannot work together."""
    objective, model = recipe.objective, recipe.model
    if isinstance(model, VAE) and isinstance(model.prior, Couplings) and model.latents < MIN_COUPLED:
        raise origin.error(("model", "prior"), "a prior of couplings needs 2 latents or more")
    if isinstance(model, Supervised):
        if origin.states(("objective",)):
            raise origin.error(
                ("objective",), f"a {_tag(type(model))} has an objective of its own; leave it out"
            )
        return
    if isinstance(objective, Custom) or isinstance(model, Custom) or type(objective) in model.trained_by:
        return
    family, right = _tag(type(model)), " or ".join(f"“{_tag(kind)}”" for kind in model.trained_by)
    others = [_tag(kind) for kind in get_args(Architecture) if type(objective) in kind.trained_by]
    raise origin.error(
        ("objective",) if origin.states(("objective",)) else ("model",),
        f"the objective “{_tag(type(objective))}” cannot train a model of the family “{family}”; write "
        f"objective = {{ name = {right} }}, or another family: {', '.join(others)}",
    )


def check_processes(recipe: Recipe, processes: int) -> None:
    """Raise `ModelError` if a batch of `recipe` has no example for each of the `processes`."""
    if recipe.batch_size < processes:
        raise ModelError(
            f"recipe “{recipe.name}”: batch_size is {recipe.batch_size}, and {processes} processes share a "
            f"batch; write {processes} or more, or start fewer"
        )


def _tag(kind: type[Architecture | Supervised | ObjectiveSpec]) -> str:
    return str(kind.__struct_config__.tag)
