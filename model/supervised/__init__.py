"""Models without latents, which learn from what the data say: a classifier, a denoiser.

``task`` is what the pipeline asks of each; ``fit`` trains, ``build`` leaves the bundle.
"""
