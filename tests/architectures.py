"""Decoders of many architectures, small and untrained: what campaigns/decoders.py exports to ONNX.

Each function returns a module that maps latents (B, Z) to images. `ARCHITECTURES` has them by name;
`CLASSIC` names the twelve that are exported at many opsets.
"""

import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

LATENTS = 8


class Map(nn.Module):
    """A module without parameters that applies a function."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Reshape(nn.Module):
    """Gives each example a shape, whatever the batch."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], *self.shape)


def dense(activation: nn.Module, *widths: int, norm: type[nn.Module] | None = None) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(widths):
        layers += [nn.Linear(before, after), *([norm(after)] if norm else []), activation]
    return layers


def mlp(
    activation: nn.Module, *shape: int, norm: type[nn.Module] | None = None, end: str = "sigmoid"
) -> nn.Module:
    ends = {"sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(), "none": nn.Identity(), "hardtanh": nn.Hardtanh(0, 1)}
    hidden = dense(activation, LATENTS, 32, 64, norm=norm)
    return nn.Sequential(*hidden, nn.Linear(64, math.prod(shape)), ends[end], Reshape(*shape))


def flat(size: int = 196) -> nn.Module:
    return nn.Sequential(*dense(nn.ReLU(), LATENTS, 32), nn.Linear(32, size), nn.Sigmoid())


def rows(height: int = 14, width: int = 14) -> nn.Module:
    return mlp(nn.ReLU(), height, width)


def maps(channels: int = 16, side: int = 4) -> list[nn.Module]:
    return [nn.Linear(LATENTS, channels * side**2), Reshape(channels, side, side)]


def dcgan(
    activation: nn.Module, channels: int = 1, norm: Callable[[int], nn.Module] = nn.BatchNorm2d
) -> nn.Module:
    class Dcgan(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.ConvTranspose2d(LATENTS, 16, 4, 1, 0, bias=False),
                norm(16),
                activation,
                nn.ConvTranspose2d(16, 8, 4, 2, 1, bias=False),
                norm(8),
                activation,
                nn.ConvTranspose2d(8, channels, 4, 2, 1, bias=False),
                nn.Tanh(),
            )

        def forward(self, z: Tensor) -> Tensor:
            return self.body(z.view(z.size(0), z.size(1), 1, 1))

    return Dcgan()


def dcgan_of_maps() -> nn.Module:
    """Latents (B, Z, 1, 1), as the tutorial of PyTorch has them."""
    return nn.Sequential(
        nn.ConvTranspose2d(LATENTS, 16, 4, 1, 0, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(True),
        nn.ConvTranspose2d(16, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


def upsampling(mode: str, norm: Callable[[int], nn.Module] = nn.BatchNorm2d, **options: bool) -> nn.Module:
    def larger() -> nn.Module:
        return nn.Upsample(scale_factor=2, mode=mode, **options)

    return nn.Sequential(
        *maps(),
        larger(),
        nn.Conv2d(16, 8, 3, padding=1),
        norm(8),
        nn.LeakyReLU(0.2),
        larger(),
        nn.Conv2d(8, 3, 3, padding=1),
        nn.Sigmoid(),
    )


def interpolated() -> nn.Module:
    class Interpolated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start, self.end = nn.Sequential(*maps()), nn.Conv2d(16, 1, 3, padding=1)

        def forward(self, z: Tensor) -> Tensor:
            x = functional.interpolate(self.start(z), size=(15, 15), mode="bilinear", align_corners=False)
            return torch.sigmoid(self.end(x))

    return Interpolated()


def shuffled() -> nn.Module:
    return nn.Sequential(
        *maps(),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.PixelShuffle(2),
        nn.PReLU(),
        nn.Conv2d(8, 12, 3, padding=1),
        nn.PixelShuffle(2),
        nn.Sigmoid(),
    )


def residual(norm: Callable[[int], nn.Module], activation: nn.Module, kind: str = "plain") -> nn.Module:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            groups = 16 if kind == "depthwise" else 1
            dilation = 2 if kind == "dilated" else 1
            self.body = nn.Sequential(
                norm(16),
                activation,
                nn.Conv2d(16, 16, 3, padding=dilation, groups=groups, dilation=dilation),
                norm(16),
                activation,
                nn.Conv2d(16, 16, 1),
            )

        def forward(self, x: Tensor) -> Tensor:
            return x + self.body(x)

    end = nn.ConvTranspose2d(16, 3, 4, 2, 1)
    return nn.Sequential(*maps(), Block(), nn.ConvTranspose2d(16, 16, 4, 2, 1), Block(), end, nn.Sigmoid())


def channels_last(norm: bool = True) -> nn.Module:
    def moved(x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1)

    return nn.Sequential(
        *maps(),
        *([Map(moved), nn.LayerNorm(16), Map(lambda x: x.permute(0, 3, 1, 2))] if norm else []),
        nn.ConvTranspose2d(16, 3, 4, 2, 1),
        nn.Sigmoid(),
        Map(moved),
    )


def grid(height: int, width: int) -> Tensor:
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    return torch.stack([x, y])  # (2, H, W)


def broadcast() -> nn.Module:
    class Broadcast(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("grid", grid(16, 16))
            self.body = nn.Sequential(
                nn.Conv2d(LATENTS + 2, 16, 3, padding=1),
                nn.ReLU(),
                nn.Conv2d(16, 3, 3, padding=1),
                nn.Sigmoid(),
            )

        def forward(self, z: Tensor) -> Tensor:
            tiled = z[:, :, None, None].expand(-1, -1, 16, 16)
            places = self.grid.unsqueeze(0).expand(z.shape[0], -1, -1, -1)
            return self.body(torch.cat([tiled, places], dim=1))

    return Broadcast()


def cppn(wave: Callable[[Tensor], Tensor], frequencies: float = 0) -> nn.Module:
    class Cppn(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            places = grid(14, 14).reshape(2, -1).T  # (196, 2)
            if frequencies:
                waves = places @ (frequencies * torch.randn(2, 16))
                places = torch.cat([waves.sin(), waves.cos()], dim=1)
            self.register_buffer("places", places)
            self.first, self.latent = nn.Linear(places.shape[1], 32), nn.Linear(LATENTS, 32)
            self.hidden, self.last = nn.Linear(32, 32), nn.Linear(32, 1)

        def forward(self, z: Tensor) -> Tensor:
            x = wave(self.first(self.places).unsqueeze(0) + self.latent(z).unsqueeze(1))
            return torch.sigmoid(self.last(wave(self.hidden(x)))).reshape(-1, 1, 14, 14)

    return Cppn()


def moving_waves() -> nn.Module:
    """Coordinates that depend on the latents, and frequencies that they are multiplied by."""

    class Waves(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("places", grid(12, 12).reshape(1, 2, -1).transpose(1, 2))
            self.register_buffer("frequencies", 2.0 ** torch.arange(6) * math.pi)
            self.shift, self.body = (
                nn.Linear(LATENTS, 2),
                nn.Sequential(nn.Linear(24, 32), nn.ReLU(), nn.Linear(32, 3)),
            )

        def forward(self, z: Tensor) -> Tensor:
            places = (self.places + 0.1 * self.shift(z).unsqueeze(1)).unsqueeze(-1) * self.frequencies
            waves = torch.cat([places.sin(), places.cos()], dim=-1).flatten(2)  # (B, 144, 24)
            return torch.sigmoid(self.body(waves)).transpose(1, 2).reshape(-1, 3, 12, 12)

    return Waves()


def recurrent(kind: type[nn.RNNBase], bidirectional: bool = False) -> nn.Module:
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start = nn.Linear(LATENTS, 16)
            self.rows = kind(16, 16, batch_first=True, bidirectional=bidirectional)
            self.end = nn.Linear(32 if bidirectional else 16, 14)

        def forward(self, z: Tensor) -> Tensor:
            found, _ = self.rows(self.start(z).unsqueeze(1).repeat(1, 14, 1))
            return torch.sigmoid(self.end(found)).unsqueeze(1)

    return Recurrent()


def transformer(heads: int = 2, activation: str = "gelu", norm_first: bool = True) -> nn.Module:
    class Transformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.places = nn.Parameter(torch.randn(1, 16, 16))
            self.start = nn.Linear(LATENTS, 16)
            layer = nn.TransformerEncoderLayer(
                16, heads, 32, 0.1, activation, batch_first=True, norm_first=norm_first
            )
            self.body = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.end = nn.Linear(16, 48)

        def forward(self, z: Tensor) -> Tensor:
            patches = self.end(self.body(self.start(z).unsqueeze(1) + self.places))  # (B, 16, 48)
            tiles = patches.reshape(-1, 4, 4, 3, 4, 4).permute(0, 3, 1, 4, 2, 5)
            return torch.sigmoid(tiles.reshape(-1, 3, 16, 16))

    return Transformer()


def mixer() -> nn.Module:
    class Mixer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start, self.norm = nn.Linear(LATENTS, 16 * 16), nn.LayerNorm(16)
            self.tokens, self.channels, self.end = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)

        def forward(self, z: Tensor) -> Tensor:
            x = self.start(z).reshape(-1, 16, 16)
            x = x + self.tokens(functional.gelu(self.norm(x)).mT).mT
            x = self.end(x + self.channels(functional.silu(self.norm(x))))
            return torch.sigmoid(x.reshape(-1, 4, 4, 4, 4).permute(0, 1, 3, 2, 4).reshape(-1, 1, 16, 16))

    return Mixer()


def modulated(noise: bool = False) -> nn.Module:
    """Adaptive instance normalization, as StyleGAN has it."""

    class Modulated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.constant = nn.Parameter(torch.randn(1, 16, 4, 4))
            self.style = nn.ModuleList(nn.Linear(LATENTS, 32) for _ in range(2))
            self.convolutions = nn.ModuleList(nn.Conv2d(16, 16, 3, padding=1) for _ in range(2))
            self.register_buffer("noise", torch.randn(1, 1, 16, 16))
            self.end = nn.Conv2d(16, 3, 1)

        def forward(self, z: Tensor) -> Tensor:
            x = self.constant.expand(z.shape[0], -1, -1, -1)
            for style, convolution in zip(self.style, self.convolutions, strict=True):
                x = convolution(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
                scale, shift = style(z)[:, :, None, None].chunk(2, dim=1)
                x = functional.leaky_relu(functional.instance_norm(x) * (1 + scale) + shift, 0.2)
            return torch.sigmoid(self.end(x + self.noise if noise else x))

    return Modulated()


def demodulated() -> nn.Module:
    """A convolution whose kernel depends on the latents, each example's own: StyleGAN 2."""

    class Demodulated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start, self.style = nn.Sequential(*maps(8, 8)), nn.Linear(LATENTS, 8)
            self.kernel = nn.Parameter(torch.randn(3, 8, 3, 3) / 8)

        def forward(self, z: Tensor) -> Tensor:
            kernel = self.kernel * (1 + self.style(z))[:, None, :, None, None]
            kernel = kernel * kernel.square().sum((2, 3, 4), keepdim=True).add(1e-8).rsqrt()
            x = functional.unfold(self.start(z), 3, padding=1)  # (B, 72, 64)
            return torch.sigmoid(torch.bmm(kernel.flatten(2), x).reshape(-1, 3, 8, 8))

    return Demodulated()


def flow() -> nn.Module:
    """Affine couplings and permutations, the inverse way (RealNVP)."""

    class Flow(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.steps = nn.ModuleList(
                nn.Sequential(nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 64)) for _ in range(3)
            )
            self.start = nn.Linear(LATENTS, 64)

        def forward(self, z: Tensor) -> Tensor:
            x = self.start(z)
            for step in self.steps:
                a, b = x.chunk(2, dim=1)
                log_scale, shift = step(a).chunk(2, dim=1)
                x = torch.cat([(b - shift) * torch.exp(-torch.tanh(log_scale)), a], dim=1).flip(1)
            return torch.sigmoid(x).view(-1, 1, 8, 8)

    return Flow()


def transformed() -> nn.Module:
    """A spatial transformer: a grid that depends on the latents, and samples on it."""

    class Transformed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.content, self.move = nn.Sequential(*maps(1, 10), nn.Sigmoid()), nn.Linear(LATENTS, 6)

        def forward(self, z: Tensor) -> Tensor:
            identity = torch.tensor([1.0, 0, 0, 0, 1, 0])
            theta = (identity + 0.1 * self.move(z)).reshape(-1, 2, 3)
            places = functional.affine_grid(theta, [z.shape[0], 1, 12, 12], align_corners=False)
            return functional.grid_sample(self.content(z), places, align_corners=False)

    return Transformed()


def mixture() -> nn.Module:
    """Sprites that softmax mixes: einsum, softmax and clamp."""

    class Mixture(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.sprites, self.weights = nn.Parameter(torch.rand(6, 3, 10, 10)), nn.Linear(LATENTS, 6)

        def forward(self, z: Tensor) -> Tensor:
            return torch.einsum("bk,kchw->bchw", self.weights(z).softmax(-1), self.sprites).clamp(0, 1)

    return Mixture()


def splats() -> nn.Module:
    """Normal blobs that are added up: no weights but the first layer's."""

    class Splats(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("grid", grid(16, 16))
            self.blobs = nn.Linear(LATENTS, 5 * 6)

        def forward(self, z: Tensor) -> Tensor:
            blobs = self.blobs(z).view(-1, 5, 6)
            distance = (self.grid[None, None] - blobs[:, :, :2, None, None]).square().sum(2)  # (B, 5, H, W)
            density = torch.exp(-distance * functional.softplus(blobs[:, :, 2, None, None] + 2))
            colors = torch.sigmoid(blobs[:, :, 3:])
            return torch.einsum("bnhw,bnc->bchw", density, colors).clamp(max=1)

    return Splats()


def vector_quantized() -> nn.Module:
    """The nearest code of a book, by distances and argmin."""

    class Quantized(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start, self.codes = nn.Sequential(*maps(4, 4)), nn.Embedding(32, 4)
            self.end = nn.ConvTranspose2d(4, 1, 4, 2, 1)

        def forward(self, z: Tensor) -> Tensor:
            x = self.start(z).permute(0, 2, 3, 1)  # (B, 4, 4, 4)
            distances = (x.unsqueeze(-2) - self.codes.weight).square().sum(-1)
            found = self.codes(distances.argmin(-1))
            return torch.sigmoid(self.end(found.permute(0, 3, 1, 2)))

    return Quantized()


def volumetric() -> nn.Module:
    return nn.Sequential(
        nn.Linear(LATENTS, 8 * 8),
        Reshape(8, 2, 2, 2),
        nn.ConvTranspose3d(8, 4, 4, 2, 1),
        nn.ReLU(),
        nn.ConvTranspose3d(4, 1, 4, 2, 1),
        Map(lambda x: torch.sigmoid(x.amax(2))),
    )


def one_dimensional() -> nn.Module:
    return nn.Sequential(
        nn.Linear(LATENTS, 64),
        Reshape(16, 4),
        nn.ConvTranspose1d(16, 14, 4, 4),
        nn.ReLU(),
        nn.Conv1d(14, 12, 3, padding=1),
        nn.Sigmoid(),
    )


def padded(mode: str) -> nn.Module:
    return nn.Sequential(*maps(), nn.Conv2d(16, 1, 3, padding=1, padding_mode=mode), nn.Sigmoid())


def rgba() -> nn.Module:
    return nn.Sequential(*maps(), nn.ConvTranspose2d(16, 4, 4, 2, 1), nn.Sigmoid())


def gated() -> nn.Module:
    return nn.Sequential(
        *maps(), nn.Conv2d(16, 32, 3, padding=1), nn.GLU(1), nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid()
    )


def attention_over_maps() -> nn.Module:
    """Self-attention over the positions of maps (SAGAN, and decoders of latent diffusion)."""

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start, self.norm = nn.Sequential(*maps()), nn.GroupNorm(4, 16)
            self.three, self.end = nn.Conv2d(16, 48, 1), nn.ConvTranspose2d(16, 3, 4, 2, 1)

        def forward(self, z: Tensor) -> Tensor:
            x = self.start(z)
            q, k, v = self.three(self.norm(x)).flatten(2).transpose(1, 2).chunk(3, dim=-1)
            mixed = functional.scaled_dot_product_attention(q, k, v)
            return torch.sigmoid(self.end(x + mixed.transpose(1, 2).reshape(-1, 16, 4, 4)))

    return Attention()


def looped() -> nn.Module:
    """The same cell ten times, unrolled: a neural cellular automaton."""

    class Automaton(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start = nn.Sequential(*maps(8, 12))
            self.rule = nn.Sequential(nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 8, 1))

        def forward(self, z: Tensor) -> Tensor:
            x = self.start(z)
            for _ in range(10):
                x = x + 0.1 * self.rule(x)
            return torch.sigmoid(x[:, :1])

    return Automaton()


def normed_weights(kind: str) -> nn.Module:
    wrap = {
        "weight": nn.utils.parametrizations.weight_norm,
        "spectral": nn.utils.parametrizations.spectral_norm,
    }[kind]
    return nn.Sequential(
        *maps(), wrap(nn.Conv2d(16, 8, 3, padding=1)), nn.ReLU(), wrap(nn.Conv2d(8, 1, 1)), nn.Sigmoid()
    )


def group(channels: int) -> nn.Module:
    return nn.GroupNorm(4, channels)


ACTIVATIONS: dict[str, nn.Module] = {
    "relu": nn.ReLU(),
    "leaky": nn.LeakyReLU(0.2),
    "elu": nn.ELU(),
    "selu": nn.SELU(),
    "celu": nn.CELU(),
    "gelu": nn.GELU(),
    "gelu-tanh": nn.GELU("tanh"),
    "silu": nn.SiLU(),
    "mish": nn.Mish(),
    "softplus": nn.Softplus(),
    "tanh": nn.Tanh(),
    "hardswish": nn.Hardswish(),
    "hardsigmoid": nn.Hardsigmoid(),
    "relu6": nn.ReLU6(),
    "softsign": nn.Softsign(),
    "sine": Map(torch.sin),
    "prelu": nn.PReLU(),
    "logsigmoid": nn.LogSigmoid(),
}

ARCHITECTURES: dict[str, Callable[[], nn.Module]] = {
    **{f"mlp-{name}": lambda a=a: mlp(a, 1, 14, 14) for name, a in ACTIVATIONS.items()},
    "mlp-batch-norm": lambda: mlp(nn.ReLU(), 1, 14, 14, norm=nn.BatchNorm1d),
    "mlp-layer-norm": lambda: mlp(nn.ReLU(), 3, 14, 14, norm=nn.LayerNorm),
    "mlp-rms-norm": lambda: mlp(nn.SiLU(), 3, 14, 14, norm=nn.RMSNorm),
    "mlp-tanh-range": lambda: mlp(nn.ReLU(), 1, 14, 14, end="tanh"),
    "mlp-logits": lambda: mlp(nn.ReLU(), 1, 14, 14, end="none"),
    "mlp-hardtanh": lambda: mlp(nn.ReLU(), 1, 14, 14, end="hardtanh"),
    "mlp-dropout": lambda: nn.Sequential(nn.Linear(LATENTS, 32), nn.Dropout(0.5), nn.ReLU(), *flat()[2:]),
    "flat": flat,
    "flat-rgb": lambda: flat(3 * 12 * 12),
    "rows": rows,
    "rows-oblong": lambda: rows(12, 20),
    "channels-last": channels_last,
    "channels-last-plain": lambda: channels_last(False),
    "rgba": rgba,
    "dcgan": lambda: dcgan(nn.ReLU()),
    "dcgan-leaky-rgb": lambda: dcgan(nn.LeakyReLU(0.2), 3),
    "dcgan-instance-norm": lambda: dcgan(nn.ReLU(), 1, nn.InstanceNorm2d),
    "dcgan-instance-norm-affine": lambda: dcgan(nn.ReLU(), 1, lambda n: nn.InstanceNorm2d(n, affine=True)),
    "dcgan-no-norm": lambda: dcgan(nn.ELU(), 3, lambda n: nn.Identity()),
    "dcgan-maps": dcgan_of_maps,
    "upsample-nearest": lambda: upsampling("nearest"),
    "upsample-bilinear": lambda: upsampling("bilinear", align_corners=False),
    "upsample-bilinear-corners": lambda: upsampling("bilinear", align_corners=True),
    "upsample-bicubic": lambda: upsampling("bicubic", align_corners=False),
    "upsample-group-norm": lambda: upsampling("nearest", lambda n: nn.GroupNorm(2, n)),
    "interpolate-size": interpolated,
    "pixel-shuffle": shuffled,
    "residual-batch-norm": lambda: residual(nn.BatchNorm2d, nn.ReLU()),
    "residual-group-norm": lambda: residual(group, nn.SiLU()),
    "residual-depthwise": lambda: residual(nn.BatchNorm2d, nn.ReLU6(), "depthwise"),
    "residual-dilated": lambda: residual(nn.BatchNorm2d, nn.ELU(), "dilated"),
    "residual-instance-norm": lambda: residual(lambda n: nn.InstanceNorm2d(n, affine=True), nn.ReLU()),
    "broadcast": broadcast,
    "cppn-tanh": lambda: cppn(torch.tanh),
    "cppn-sine": lambda: cppn(torch.sin),
    "siren-30": lambda: cppn(lambda x: torch.sin(30 * x)),
    "fourier-features": lambda: cppn(torch.relu, 10.0),
    "moving-waves": moving_waves,
    "gru": lambda: recurrent(nn.GRU),
    "lstm": lambda: recurrent(nn.LSTM),
    "rnn": lambda: recurrent(nn.RNN),
    "gru-both-ways": lambda: recurrent(nn.GRU, True),
    "transformer": transformer,
    "transformer-relu": lambda: transformer(4, "relu", False),
    "mixer": mixer,
    "modulated": modulated,
    "modulated-noise": lambda: modulated(True),
    "demodulated": demodulated,
    "flow": flow,
    "spatial-transformer": transformed,
    "mixture": mixture,
    "splats": splats,
    "vector-quantized": vector_quantized,
    "volumetric": volumetric,
    "one-dimensional": one_dimensional,
    "pad-reflect": lambda: padded("reflect"),
    "pad-replicate": lambda: padded("replicate"),
    "pad-circular": lambda: padded("circular"),
    "gated": gated,
    "attention-over-maps": attention_over_maps,
    "automaton": looped,
    "weight-norm": lambda: normed_weights("weight"),
    "spectral-norm": lambda: normed_weights("spectral"),
}

#: Latents of another form than (B, Z).
INPUTS = {"dcgan-maps": (LATENTS, 1, 1)}

CLASSIC = (
    "mlp-relu",
    "mlp-batch-norm",
    "flat",
    "dcgan",
    "upsample-nearest",
    "upsample-bilinear",
    "pixel-shuffle",
    "residual-group-norm",
    "broadcast",
    "cppn-sine",
    "transformer",
    "gru",
)
