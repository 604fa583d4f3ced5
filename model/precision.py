"""In which numbers networks compute: bfloat16 with float32 weights where a processor is fast at it."""

import torch

#: Extensions of processors that multiply bfloat16 faster than float32: x86-64, then Arm.
FAST = ("avx512_bf16", "amx_bf16", "bf16")


def mixed(device: torch.device | str, enabled: bool = True) -> torch.autocast:
    """Return a context in which matrix products and convolutions on `device` are in bfloat16.

    Nothing changes on a CPU without the instructions for it, where they would take up to sixty times as
    long as in float32.
    """
    kind = torch.device(device).type
    if kind == "cpu":
        able = torch.cpu.get_capabilities()
        enabled = enabled and any(able.get(name) for name in FAST)
    return torch.autocast(kind, torch.bfloat16, enabled=enabled)
