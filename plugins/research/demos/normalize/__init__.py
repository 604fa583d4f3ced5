"""Bring the graphs of a bundle into one form: one example at a time, latents (1, Z) → images (1, C, H, W).

``opening`` (the file, whole) → ``types`` (float32) → ``adapters`` (shapes, layouts, conditions, priors) →
``optimize`` (ONNX Runtime and the version converter of ONNX) → ``normal``, which compares the result with
the original.
"""
