"""The recipes: all that decides what a model becomes, beside the code and the data.

Symbols are those of Kingma and Welling (2013), "Auto-Encoding Variational Bayes". To add a model,
add a recipe here; nothing else knows their names. Bounds are in nats a digit. Times are those of two cores
of an AMD EPYC with instructions for bfloat16, or of one where a recipe has one thread. On a slower one that
has them too (family 25, "Zen 4") a recipe takes 1.6 to 1.8 times as long, on one without them three to four
times.
"""

from .errors import ModelError
from .specs import (
    VAE,
    Convolutional,
    Dense,
    Elbo,
    Helmholtz,
    ImportanceWeighted,
    Ladder,
    Patches,
    Recipe,
    ReweightedWakeSleep,
    TwoLayers,
    WakeSleep,
)
from .validation import validate

# max E_q[log p(x | z)] - D_KL(q(z | x) || p(z)): the model in the page. Its decoder has 46,692 parameters,
# its encoder 49,692. On the test set, mean and spread of the seeds 0, 1 and 2, the bounds by gaps on 250
# digits: ELBO -93.05 ± 0.19, bound with 500 samples -88.2 ± 0.2, with 5,000 -87.8 ± 0.3; in float32 seed 0 on
# all 10,000 digits -93.12, -88.11, -87.68. 52 s. For a minute without bfloat16: 4 epochs at 1.6e-2, annealing
# 0.2, reach -96.4 ± 0.2, -90.6 ± 0.2 and -90.1 ± 0.2 in 55 to 58 s. Chosen on 5,000 held-out training digits,
# one seed, by the bound with 500 samples: these 15 epochs reach -89.2, 11 epochs -90.0, at 1.6e-2 and 0.2
# -89.8, with an annealing of 0.5 -90.1; in 5 epochs rates of 1.2e-2 and 1.6e-2 reach -91.6; -93.2 and -93.1
# without the residual of the encoder or the last one of the decoder. When all weights still learnt at one
# rate, 9e-3, 14 epochs reached -90.1, which are -89.5 now; and a dense encoder of 490,440 parameters was as
# good in the same time.
MNIST_VAE = Recipe(
    name="mnist-vae",
    model=VAE(latents=20, encoder=Patches(), decoder=Convolutional(channels=(24, 16))),
    epochs=15,
    rate=1.2e-2,
    annealing=0.3,
)

# The same with two latents, to look at the latent plane; the decoder has 50,628 parameters. On the test set,
# mean and spread of the seeds 0, 1 and 2: ELBO -135.1 ± 0.4; in float32 seed 0 -134.6. 50 s. Chosen on 5,000
# held-out training digits by the ELBO, three seeds, 18 epochs, before variances had an end: rates of 5e-3 and
# 7e-3 reach -134.9 and -135.5, 16 epochs at 6e-3 and 7e-3 since then -136.0 and -135.1, these 20 -133.8, one
# seed; an encoder of (500, 300, 200) at 1e-2 -136.5 in a quarter more time, its seeds 1.2 apart; gradients of
# a norm of 100 at most change nothing. When all weights still learnt at one rate, in 6 epochs, one seed: two
# layers of 64 units in front of the grid reached -140.2, four -139.8, six -139.0, eight -139.6, and -141.0
# was all without the rise of the divergence's weight. Five layers of 52 are what a figure of less than 48 kB
# has room for: against six of 64 that cost 0.3.
MNIST_PLANE = Recipe(
    name="mnist-plane",
    model=VAE(
        latents=2,
        encoder=Dense((300, 200, 100)),
        decoder=Convolutional(hidden=(52,) * 5, channels=(12, 12)),
    ),
    epochs=20,
    rate=5e-3,
)

# Wake: max E_q(h | x)[log p(x, h)] for p. Sleep: max E_p(x, h)[log q(h | x)] for q. The algorithm of 1995
# beside that of 2013, on the same digits. On the test set, mean and spread of the seeds 0, 1 and 2, the
# bounds by gaps on 250 digits: ELBO -104.74 ± 0.03, bound with 500 samples -96.9 ± 0.2, with 5,000 -96.5 ±
# 0.2; in float32 seed 0 on all 10,000 digits -105.41, -97.58, -97.08, and why rounding helps we do not know.
# 55 s. Chosen on 5,000 held-out training digits, one seed, by the bound with 500 samples: rates of 5e-2 and
# 8e-2 reach -98.3 and -97.9, and 24 epochs -98.4; in float32 90 epochs at 8e-2 -98.8, 75 at 3e-2 -97.8, so
# longer does not help, and 50 epochs of units (400, 200, 10) at 8e-2 and 4e-2 -97.3 and -96.8. When all
# weights still learnt at one rate, in 8 epochs, batches of 100 at 3e-2 reached as much as these of 200 at
# 5e-2 in half as much time again, and batches of 400 at 8e-2 a nat less.
MNIST_HELMHOLTZ = Recipe(
    name="mnist-helmholtz",
    model=Helmholtz(units=(200, 200, 10)),
    objective=WakeSleep(),
    epochs=30,
    rate=8e-2,
    decay=0,
    threads=1,
)

# The same machine by reweighted wake-sleep: Σ_k w̃_k log p(x, h_k) for p, Σ_k w̃_k log q(h_k | x) and the
# sleep phase for q, w̃ the normalized importance weights of h_k ~ q(h | x). Its ten epochs take the time of
# thirty of wake-sleep. On the test set, mean and spread of the seeds 0, 1 and 2, the bounds by gaps on 250
# digits, in float32: ELBO -105.5 ± 0.2, bound with 500 samples -94.2 ± 0.2, with 5,000 -93.4 ± 0.2. Its
# recognition network is trained to leave out nothing that is probable, which costs the bound of one draw.
MNIST_REWEIGHTED = Recipe(
    name="mnist-reweighted",
    model=Helmholtz(units=(200, 200, 10)),
    objective=ReweightedWakeSleep(samples=5),
    epochs=10,
    batch=100,
    rate=3e-2,
    decay=0,
    threads=1,
)

# max E[log 1/K Σ_k p(x, z_k) / q(z_k | x)], doubly reparameterized, in the last fifth of the epochs; before
# it the evidence lower bound. The decoder has 643,584 parameters, none of them in a convolution. On the test
# set, mean and spread of the seeds 0, 1 and 2, gaps on 250 digits, in float32: ELBO -92.09 ± 0.05, bound with
# 500 samples -86.3 ± 0.3, with 5,000 -86.0 ± 0.3. 180 s without bfloat16. Chosen on 5,000 held-out training
# digits, one run each, when all weights still learnt at one rate: ELBO -93.8, bound with 1,000 samples -87.5;
# 46 epochs of the evidence lower bound alone, which take a third longer, -92.1 and -87.7.
MNIST_IWAE = Recipe(
    name="mnist-iwae",
    model=VAE(latents=20, encoder=Dense((400, 400)), decoder=Dense((400, 400, 400))),
    objective=ImportanceWeighted(samples=5, last=0.2),
    epochs=26,
    batch=400,
    rate=8e-3,
    annealing=0.25,
)

# Two stochastic layers, p(z_2) p(z_1 | z_2) p(x | z_1) and q(z_1 | x) q(z_2 | z_1): the closest bound of a
# minute. The decoder has 511,464 parameters. On the test set, mean and spread of the seeds 0, 1 and 2, gaps
# on 250 digits: ELBO -89.35 ± 0.09, bound with 500 samples -85.6 ± 0.2, with 5,000 -85.3 ± 0.2. 46 s. For a
# minute without bfloat16: 11 epochs, annealing 0.6, reach -92.07 ± 0.01, -87.9 ± 0.1 and -87.6 ± 0.1 in 61 s.
# Chosen on 5,000 held-out training digits, one seed, bound with 500 samples: in 8 epochs rates of 7.5e-3,
# 9e-3 and 1.2e-2 reach -92.1 alike, in 32 epochs 7e-3 and 9e-3 -86.8; in 12 an annealing of 0.15, 0.25, 0.4
# and 0.6 -90.3, -89.6, -89.3 and -89.1. When all weights still learnt at one rate, 50 epochs reached -86.2,
# one layer in the same time -87.7.
MNIST_TWO_LAYERS = Recipe(
    name="mnist-two-layers",
    model=TwoLayers(
        latents=(40, 20),
        encoder=Dense((400, 400)),
        between=Dense((100, 100)),
        decoder=Dense((400, 400)),
    ),
    epochs=32,
    batch=400,
    rate=9e-3,
    annealing=0.25,
)

# Two layers with a decoder as small as the page's, 59,508 parameters with those of p(z_1 | z_2). On the test
# set, mean and spread of the seeds 0, 1 and 2, gaps on 250 digits, in float32: ELBO -87.97 ± 0.21, bound with
# 500 samples -84.0 ± 0.1, with 5,000 -83.7 ± 0.1. 140 s. Chosen on 5,000 held-out training digits, one seed,
# bound with 500 samples: 19 epochs reach -85.9; in 5 epochs rates of 5e-3 and 7e-3 reach -89.7 and -89.4, and
# 1e-2 failed before gradients were cut. When all weights still learnt at one rate, one layer with the same
# encoder was 2.2 nats behind after 14 epochs, in nine tenths of the time.
MNIST_SMALL = Recipe(
    name="mnist-small",
    model=TwoLayers(
        latents=(24, 12),
        encoder=Dense((400, 400)),
        between=Dense((64, 64)),
        decoder=Convolutional(channels=(24, 16)),
    ),
    epochs=38,
    rate=6e-3,
    annealing=0.3,
)

# The same with more latents and a larger decoder, of 464,396 parameters, for longer, with five samples in the
# last three epochs. On the test set, mean and spread of the seeds 0, 1 and 2, gaps on 250 digits, in float32:
# ELBO -87.54 ± 0.08, bound with 500 samples -82.4 ± 0.2, with 5,000 -82.0 ± 0.2. With bfloat16 seed 0 reaches
# as much, -87.5, -82.3 and -82.0, in 343 s on the slower processor; 902 s without. Chosen on 5,000 held-out
# training digits, one seed, bound with 500 samples: in 24 epochs without the five samples rates of 4e-3, 6e-3
# and 9e-3 reach -85.1, -84.9 and -85.4; 22 epochs at 6e-3, the last two with them, -84.3 in a quarter more
# time; and mnist-small, given a fifth more time than 24 epochs, -85.1.
MNIST_LONG = Recipe(
    name="mnist-long",
    model=TwoLayers(
        latents=(40, 20),
        encoder=Dense((400, 400)),
        between=Dense((100, 100)),
        decoder=Convolutional(hidden=(256,), channels=(32, 16)),
    ),
    objective=ImportanceWeighted(samples=5, last=0.08),
    epochs=42,
    rate=5e-3,
    annealing=0.3,
)

# E_q[log p(x | z)] - β Σ_j max(λ, D_KL(q(z_j | x) || p(z_j))): few latents, each of which says much, with λ
# nats that cost nothing so that none falls asleep: all ten are active. On the test set, mean and spread of
# the seeds 0, 1 and 2, gaps on 100 digits: ELBO -110.1 ± 0.2, bound with 500 samples -97.9 ± 0.4, with 5,000
# -97.6 ± 0.4. 50 s.
MNIST_BETA = Recipe(
    name="mnist-beta",
    model=VAE(latents=10, encoder=Patches(), decoder=Convolutional(channels=(24, 16))),
    objective=Elbo(beta=4, free_nats=0.1),
    epochs=15,
    rate=9e-3,
    annealing=0.3,
)

# Eight groups of latents on grids, each given all above it, for a GPU: 1,723,204 parameters, 781,700 of them
# in the decoder. On the test set, one seed: ELBO -81.36 ± 0.20, bound with 500 samples -78.9 ± 0.2, its gap
# on 500 digits, with 5,000 -78.8, its gap on 1,000. 275 s on an H200, which was lent for fifteen minutes in
# all: hence one seed. The release is in model/kept. Chosen on 5,000 held-out training digits by the ELBO, in
# epochs 8 to 11 of 24, with ten groups: a rate of 4e-3 was 0.4 ahead of 2e-3; 96 channels were 0.6 ahead of
# 64, in a third more time; sixteen groups were 0.6 behind ten. At 4e-3, with gradients up to 1,000 and
# variances without an end, a training of 117 epochs ended in NaN in its 25th.
MNIST_DEEP = Recipe(
    name="mnist-deep",
    model=Ladder(groups=(4, 4), latents=4, channels=64),
    epochs=107,
    batch=250,
    rate=3e-3,
    annealing=0.1,
    longest=200,
    decay=0.02,
    half=True,
    threads=4,
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        *(MNIST_VAE, MNIST_PLANE, MNIST_HELMHOLTZ),
        *(MNIST_REWEIGHTED, MNIST_IWAE, MNIST_TWO_LAYERS, MNIST_SMALL, MNIST_LONG, MNIST_BETA, MNIST_DEEP),
    )
}


def recipe_named(name: str) -> Recipe:
    """Return the recipe of that name; `ModelError` where there is none, or a value in it cannot be."""
    if name not in RECIPES:
        raise ModelError(f"there is no recipe “{name}”; there are: {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    validate(recipe)
    if recipe.name != name:
        raise ModelError(f"recipe “{recipe.name}”: RECIPES has it under “{name}”; write the same name")
    return recipe
