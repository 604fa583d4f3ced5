"""The recipes: all that decides what a model becomes, beside the code and the data.

Symbols are those of Kingma and Welling (2013), "Auto-Encoding Variational Bayes". To add a model,
add a recipe here; nothing else knows their names. Bounds are in nats a digit.
"""

from .errors import ModelError
from .specs import VAE, Convolutional, Dense, Helmholtz, Recipe, WakeSleep

# The model in the page; its decoder has 46,692 parameters. On the test set, one run with seed 0: ELBO
# -93.9 ± 0.2, bound with 500 samples -88.6 ± 0.3. 47 s on two cores of an AMD EPYC; 16 epochs take a
# quarter longer and reach -93.1 and -88.0. Chosen on 5,000 held-out training digits, in 8 epochs, one
# seed: rates of 7e-3 and 1.1e-2 are 0.2 nats apart, 4e-3 is 1.2 worse.
MNIST_VAE = Recipe(
    name="mnist-vae",
    model=VAE(
        latents=20,
        encoder=Dense((400, 400)),
        decoder=Convolutional(channels=(24, 16)),
    ),
    epochs=13,
    rate=9e-3,
    annealing=0.3,
)

# Two latents, to look at the latent plane; the decoder has 50,856 parameters. On the test set, one run
# with seed 0: ELBO -136.8 ± 0.5, bound with 500 samples -134.4 ± 0.5. 59 s on two cores of an AMD EPYC.
# Chosen on 5,000 held-out training digits, in 10 epochs, one seed: the third layer of the encoder is
# worth 1.5 nats, layers in front of the grid 1.3 (of 32 units) to 2.6 (of 64); at a rate of 8e-3 an
# encoder of three layers diverged.
MNIST_PLANE = Recipe(
    name="mnist-plane",
    model=VAE(
        latents=2,
        encoder=Dense((500, 300, 200)),
        decoder=Convolutional(hidden=(64, 64), channels=(12, 12)),
    ),
    epochs=20,
    rate=5e-3,
)

# The algorithm of 1995 beside that of 2013, on the same digits.
MNIST_HELMHOLTZ = Recipe(
    name="mnist-helmholtz",
    model=Helmholtz(units=(200, 200, 10)),
    objective=WakeSleep(),
    epochs=20,
)

RECIPES = {recipe.name: recipe for recipe in (MNIST_VAE, MNIST_PLANE, MNIST_HELMHOLTZ)}


def recipe_named(name: str) -> Recipe:
    """Return the recipe of that name; `ModelError` where there is none."""
    if name not in RECIPES:
        raise ModelError(f"there is no recipe “{name}”; there are: {', '.join(RECIPES)}")
    return RECIPES[name]
