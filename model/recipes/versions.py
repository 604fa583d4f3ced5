"""Version numbers of the code that decides what is in a bundle; they are part of its key.

Whoever changes results raises the number; comments, names and speed do not. tests/test_model_numerics.py
compares what training comes to with stored numbers.
"""

from .specs import Architecture, Custom, Supervised

#: The training loop, the objectives, the networks and the random numbers.
TRAINING = 1
#: Export, evaluation and the files of a bundle.
BUNDLE = 1
#: Each family of models, by its name in recipes.
FAMILIES = {
    **{"vae": 1, "two-layers": 1, "ladder": 1, "helmholtz": 1, "conditional-vae": 1},
    **{"classifier": 1, "denoiser": 1},
}
#: How each kind of data set becomes arrays, by the name of its class.
DATA = {"Folder": 1, "Arrays": 1, "Module": 1, "Idx": 1, "Generated": 1}


def versions(model: Architecture | Supervised | Custom, data: str) -> dict[str, int]:
    """Return the versions that a bundle of `model`, trained on a data set of the kind `data`, depends on."""
    family = model.version if isinstance(model, Custom) else FAMILIES[str(model.__struct_config__.tag)]
    return {"training": TRAINING, "bundle": BUNDLE, "family": family, "data": DATA[data]}
