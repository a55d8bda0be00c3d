"""CLIP, the whole model in one file: two image encoders, one text encoder, and how to build them
from a state dict.

Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision"
(arXiv:2103.00020). The parameter names are those of openai/CLIP, so official weights, the LAION and
DataComp weights of open_clip and our own starter load strictly. This file knows tensors only: not
where weights come from (`weights.py`), not how a photo becomes pixels (`engine.images`), not how
text becomes tokens (`tokenizer.py`).

Letters in shape comments: B images, N texts, L tokens, S pixels per side, P positions, H heads, C
channels or width, D joint space.
"""

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.records import UnusableValue

Activation = Literal["quickgelu", "gelu"]

# Constants of the network that the official archives store beside the parameters; we infer them
# from shapes instead.
_OFFICIAL_SCALARS = frozenset({"input_resolution", "context_length", "vocab_size"})
_HEAD_WIDTH = 64
# Blocks; the deepest published CLIP has 48 (a file that claims a million must not be tried out).
_DEEPEST = 256


def _normal(parameter: Tensor, std: float) -> None:
    """Random first values, except on the meta device: there torch would import its compiler (800
    modules, seconds)."""
    if not parameter.is_meta:
        nn.init.normal_(parameter, std=std)


class QuickGELU(nn.Module):
    """`x * sigmoid(1.702 x)`: the approximate GELU that OpenAI's weights (and MetaCLIP, DFN) were
    trained with.

    Changes its input, which is a linear layer's fresh output: at (B, L, 4C) every pass and every
    allocation counts.
    """

    def forward(self, x: Tensor) -> Tensor:
        z = x.mul_(1.702)
        y = F.silu(z, inplace=not torch.is_grad_enabled())  # z sigmoid(z)
        return y.mul_(1 / 1.702)


# timm and open_clip call the exact GELU "gelu". A wrong choice raises no error, it only costs
# accuracy.
_ACTIVATIONS: dict[str, type[nn.Module]] = {"quickgelu": QuickGELU, "gelu": nn.GELU}


class LayerNorm(nn.LayerNorm):
    """LayerNorm that computes in the precision of its own weights (fp32), whatever the precision of
    its input."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.to(self.weight.dtype)).to(x.dtype)


# --------------------------------------------------------------------------------------------------
# Transformer, shared by text and ViT

# Queries, keys, values (B, H, L, C/H) -> (B, H, L, C/H): the attention of one layer, in which each
# token sees some.
Attend = Callable[[Tensor, Tensor, Tensor], Tensor]


def all_tokens(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Every token sees every token (the image encoder)."""
    return F.scaled_dot_product_attention(q, k, v)


def past_tokens(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Every token sees itself and those in front of it (the text encoder)."""
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def _picked(x: Tensor, rows: Tensor) -> Tensor:
    """Of x (B, L, C) the tokens `rows` (B, Q): (B, Q, C)."""
    return x[torch.arange(len(x), device=x.device)[:, None], rows]


class Attention(nn.Module):
    """Multi-head self-attention with the parameter names of `nn.MultiheadAttention` (Vaswani et al.
    2017)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, attend: Attend, rows: Tensor | None = None) -> Tensor:
        """x (B, L, C) -> (B, L, C), or of the tokens `rows` (B, Q) only: (B, Q, C)."""
        batch, length, width = x.shape
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)  # (B, L, 3C)
        parts = qkv.view(batch, length, 3, self.heads, width // self.heads)  # (B, L, 3, H, C/H)
        q, k, v = parts.permute(2, 0, 3, 1, 4)  # 3 x (B, H, L, C/H)
        x = attend(q, k, v).transpose(1, 2).reshape(batch, length, width)  # (B, L, C)
        out: Tensor = self.out_proj(x if rows is None else _picked(x, rows))
        return out


class ResidualAttentionBlock(nn.Module):
    """Pre-norm block: attention, then a four times wider MLP, each added to the stream."""

    def __init__(self, width: int, heads: int, activation: Activation) -> None:
        super().__init__()
        self.attn = Attention(width, heads)
        self.ln_1 = LayerNorm(width)
        self.mlp = nn.Sequential(
            OrderedDict(
                c_fc=nn.Linear(width, width * 4),
                gelu=_ACTIVATIONS[activation](),
                c_proj=nn.Linear(width * 4, width),
            )
        )
        self.ln_2 = LayerNorm(width)

    def forward(self, x: Tensor, attend: Attend, rows: Tensor | None = None) -> Tensor:
        """x (B, L, C) -> (B, L, C), or of the tokens `rows` (B, Q) only: (B, Q, C)."""
        mixed = self.attn(self.ln_1(x), attend, rows)
        x = (x if rows is None else _picked(x, rows)) + mixed
        return x + self.mlp(self.ln_2(x))  # type: ignore[no-any-return]


class Transformer(nn.Module):
    """A stack of residual attention blocks, (B, L, C) -> (B, L, C); `attend` says which tokens see
    which."""

    def __init__(self, width: int, layers: int, heads: int, activation: Activation) -> None:
        super().__init__()
        blocks = [ResidualAttentionBlock(width, heads, activation) for _ in range(layers)]
        self.resblocks = nn.ModuleList(blocks)
        for block in blocks:
            residual_std = width**-0.5 * (2 * layers) ** -0.5
            _normal(block.attn.in_proj_weight, std=width**-0.5)
            _normal(block.attn.out_proj.weight, std=residual_std)
            _normal(block.mlp.get_parameter("c_fc.weight"), std=(2 * width) ** -0.5)
            _normal(block.mlp.get_parameter("c_proj.weight"), std=residual_std)
            nn.init.zeros_(block.attn.out_proj.bias)

    def forward(self, x: Tensor, attend: Attend, rows: Tensor | None = None) -> Tensor:
        """x (B, L, C) -> (B, L, C); with `rows` (B, Q) the same numbers for these tokens only:
        (B, Q, C).

        CLIP pools one token of a sequence: the others need no output of the last block, which saves
        most of it.
        """
        *blocks, last = self.resblocks
        for block in blocks:
            x = block(x, attend)
        out: Tensor = last(x, attend, rows)
        return out


# --------------------------------------------------------------------------------------------------
# Image encoders


class VisionTransformer(nn.Module):
    """ViT (Dosovitskiy et al. 2020, arXiv:2010.11929) with CLIP's extra LayerNorm in front;
    (B, 3, S, S) -> (B, D)."""

    def __init__(
        self,
        input_resolution: int,
        patch_size: int,
        width: int,
        layers: int,
        heads: int,
        embed_dim: int,
        activation: Activation,
    ) -> None:
        super().__init__()
        self.input_resolution = input_resolution
        self.conv1 = nn.Conv2d(3, width, kernel_size=patch_size, stride=patch_size, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(
            torch.empty((input_resolution // patch_size) ** 2 + 1, width)
        )
        self.ln_pre = LayerNorm(width)
        self.transformer = Transformer(width, layers, heads, activation)
        self.ln_post = LayerNorm(width)
        self.proj = nn.Parameter(torch.empty(width, embed_dim))
        for parameter in (self.class_embedding, self.positional_embedding, self.proj):
            _normal(parameter, std=width**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)  # (B, C, S/p, S/p)
        x = x.flatten(2).transpose(1, 2)  # (B, P, C)
        class_token = self.class_embedding.to(x.dtype).expand(x.shape[0], 1, -1)  # (B, 1, C)
        x = torch.cat([class_token, x], dim=1)  # (B, 1+P, C)
        x = self.ln_pre(x + self.positional_embedding.to(x.dtype))
        class_row = torch.zeros(len(x), 1, dtype=torch.long, device=x.device)
        x = self.transformer(x, all_tokens, class_row)[:, 0]  # (B, C)
        features: Tensor = self.ln_post(x) @ self.proj  # (B, D)
        return features


class Bottleneck(nn.Module):
    """ResNet bottleneck, (B, C, H, W) -> (B, 4 planes, H/s, W/s).

    Its stride is an average pool (anti-aliased; Zhang 2019, arXiv:1904.11486).
    """

    expansion = 4

    def __init__(self, inplanes: int, planes: int, stride: int = 1) -> None:
        super().__init__()
        outplanes = planes * self.expansion
        self.conv1 = nn.Conv2d(inplanes, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.avgpool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.conv3 = nn.Conv2d(planes, outplanes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outplanes)
        nn.init.zeros_(self.bn3.weight)  # each block starts as the identity
        self.downsample: nn.Sequential | None = None
        if stride > 1 or inplanes != outplanes:
            self.downsample = nn.Sequential(
                OrderedDict(
                    [
                        ("-1", nn.AvgPool2d(stride)),
                        ("0", nn.Conv2d(inplanes, outplanes, 1, bias=False)),
                        ("1", nn.BatchNorm2d(outplanes)),
                    ]
                )
            )

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.downsample is None else self.downsample(x)  # (B, 4 planes, H/s, W/s)
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)  # (B, planes, H, W)
        x = F.relu(self.bn2(self.conv2(x)), inplace=True)  # (B, planes, H, W)
        x = self.bn3(self.conv3(self.avgpool(x)))  # (B, 4 planes, H/s, W/s)
        return F.relu(x + identity, inplace=True)


class AttentionPool2d(nn.Module):
    """Pools a feature map by attention whose only query is the mean of the map;
    (B, C, h, w) -> (B, D)."""

    def __init__(self, grid: int, width: int, heads: int, embed_dim: int) -> None:
        super().__init__()
        self.heads = heads
        self.positional_embedding = nn.Parameter(torch.empty(grid**2 + 1, width))
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.c_proj = nn.Linear(width, embed_dim)
        _normal(self.positional_embedding, std=width**-0.5)
        for projection in (self.q_proj, self.k_proj, self.v_proj, self.c_proj):
            _normal(projection.weight, std=width**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        batch, width = x.shape[:2]
        x = x.flatten(2).transpose(1, 2)  # (B, P, C)
        x = torch.cat([x.mean(dim=1, keepdim=True), x], dim=1)  # (B, 1+P, C)
        x = x + self.positional_embedding.to(x.dtype)

        def split(y: Tensor) -> Tensor:  # (B, *, C) -> (B, H, *, C/H)
            return y.view(batch, -1, self.heads, width // self.heads).transpose(1, 2)

        q = split(self.q_proj(x[:, :1]))  # (B, H, 1, C/H)
        k = split(self.k_proj(x))
        v = split(self.v_proj(x))
        x = F.scaled_dot_product_attention(q, k, v)  # (B, H, 1, C/H)
        pooled: Tensor = self.c_proj(x.transpose(1, 2).reshape(batch, width))  # (B, D)
        return pooled


class ModifiedResNet(nn.Module):
    """CLIP's ResNet (paper, section 2.4), (B, 3, S, S) -> (B, D).

    Stem of three convolutions, anti-aliased strides, attention pooling.
    """

    def __init__(
        self,
        layers: tuple[int, int, int, int],
        embed_dim: int,
        heads: int,
        input_resolution: int,
        width: int,
    ) -> None:
        super().__init__()
        self.input_resolution = input_resolution
        self.conv1 = nn.Conv2d(3, width // 2, kernel_size=3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width // 2)
        self.conv2 = nn.Conv2d(width // 2, width // 2, kernel_size=3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width // 2)
        self.conv3 = nn.Conv2d(width // 2, width, kernel_size=3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(width)
        self._inplanes = width
        self.layer1 = self._make_layer(width, layers[0], stride=1)
        self.layer2 = self._make_layer(width * 2, layers[1], stride=2)
        self.layer3 = self._make_layer(width * 4, layers[2], stride=2)
        self.layer4 = self._make_layer(width * 8, layers[3], stride=2)
        self.attnpool = AttentionPool2d(input_resolution // 32, width * 32, heads, embed_dim)

    def _make_layer(self, planes: int, blocks: int, stride: int) -> nn.Sequential:
        layers = [Bottleneck(self._inplanes, planes, stride)]
        self._inplanes = planes * Bottleneck.expansion
        layers += [Bottleneck(self._inplanes, planes) for _ in range(1, blocks)]
        return nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.attnpool(self.trunk(x))  # (B, D)
        return out

    def trunk(self, x: Tensor) -> Tensor:
        """All but the pooling: (B, 3, S, S) -> (B, 32w, S/32, S/32), for any S that 32 divides."""
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)  # (B, w/2, S/2, S/2)
        x = F.relu(self.bn2(self.conv2(x)), inplace=True)
        x = F.relu(self.bn3(self.conv3(x)), inplace=True)  # (B, w, S/2, S/2)
        x = F.avg_pool2d(x, 2)  # (B, w, S/4, S/4)
        x = self.layer1(x)  # (B, 4w, S/4, S/4)
        x = self.layer2(x)  # (B, 8w, S/8, S/8)
        x = self.layer3(x)  # (B, 16w, S/16, S/16)
        x = self.layer4(x)  # (B, 32w, S/32, S/32)
        return x


# --------------------------------------------------------------------------------------------------
# The joint model


class CLIP(nn.Module):
    """Image and text encoder with one joint space.

    `vision_layers` is a tuple of four block counts for a ModifiedResNet, or the depth of a
    VisionTransformer (which then needs `vision_patch_size`). `input_resolution`, `context_length`,
    `vocab_size` and `embed_dim` are attributes: images must be `input_resolution` pixels square and
    texts tokenised with this model's `context_length`.
    """

    def __init__(
        self,
        *,
        embed_dim: int,
        input_resolution: int,
        vision_layers: tuple[int, int, int, int] | int,
        vision_width: int,
        vision_patch_size: int | None,
        context_length: int,
        vocab_size: int,
        transformer_width: int,
        transformer_heads: int,
        transformer_layers: int,
        activation: Activation = "quickgelu",
    ) -> None:
        super().__init__()
        if activation not in _ACTIVATIONS:
            raise UnusableValue(
                "Unknown activation '{name}': use one of {names}.",
                name=activation,
                names=", ".join(_ACTIVATIONS),
            )
        self.embed_dim = embed_dim
        self.input_resolution = input_resolution
        self.context_length = context_length
        self.vocab_size = vocab_size
        self.activation = activation
        self.visual: ModifiedResNet | VisionTransformer
        if isinstance(vision_layers, tuple):
            heads = _heads(vision_width * 32)
            self.visual = ModifiedResNet(
                vision_layers, embed_dim, heads, input_resolution, vision_width
            )
        else:
            if vision_patch_size is None:
                raise ValueError("A VisionTransformer needs vision_patch_size.")
            heads = _heads(vision_width)
            self.visual = VisionTransformer(
                input_resolution,
                vision_patch_size,
                vision_width,
                vision_layers,
                heads,
                embed_dim,
                activation,
            )
        self.transformer = Transformer(
            transformer_width, transformer_layers, transformer_heads, activation
        )
        self.token_embedding = nn.Embedding(
            vocab_size, transformer_width, _weight=torch.empty(vocab_size, transformer_width)
        )
        self.positional_embedding = nn.Parameter(torch.empty(context_length, transformer_width))
        self.ln_final = LayerNorm(transformer_width)
        self.text_projection = nn.Parameter(torch.empty(transformer_width, embed_dim))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        _normal(self.token_embedding.weight, std=0.02)
        _normal(self.positional_embedding, std=0.01)
        _normal(self.text_projection, std=transformer_width**-0.5)

    @property
    def dtype(self) -> torch.dtype:
        """The floating-point type of the image encoder's weights, hence of its input."""
        return self.visual.conv1.weight.dtype

    @property
    def text_dtype(self) -> torch.dtype:
        """The floating-point type in which the text encoder computes, and of its features."""
        return self.text_projection.dtype

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.visual.conv1.weight.device

    def encode_image(self, image: Tensor) -> Tensor:
        """Preprocessed images (B, 3, S, S), S = `input_resolution` -> image_features (B, D) of
        `dtype`, not normalised."""
        features: Tensor = self.visual(image.to(self.dtype))  # (B, D)
        return features

    def encode_text(self, text: Tensor) -> Tensor:
        """Token ids (N, L), rows `[SOT] ... [EOT] 0 0`, L <= `context_length` ->
        text_features (N, D) of `text_dtype`, not normalised. ValueError if a text is longer than
        the model reads.

        EOT has the highest id of the vocabulary, so its position is the row's argmax. Attention is
        causal and only EOT's output is used, hence nothing after the longest text's EOT matters and
        it is cut off before the transformer.
        """
        eot = text.argmax(dim=-1)  # (N,)
        text = text[:, : int(eot.max()) + 1] if len(text) else text[:, :1]  # (N, L')
        if text.shape[1] > self.context_length:
            raise ValueError(
                f"A text has {text.shape[1]} tokens and this model reads at most "
                f"{self.context_length}: pass context_length={self.context_length} to tokenize."
            )
        return self.encode_embedding(self.token_embedding(text), eot)

    def encode_embedding(self, embedding: Tensor, eot: Tensor) -> Tensor:
        """Token embeddings (N, L, C) without positions, and each row's EOT position (N,) ->
        text_features (N, D).

        The door for prompt learning (CoOp, Zhou et al. 2022): there some embeddings are learned
        vectors, not tokens.
        """
        positions = self.positional_embedding[: embedding.shape[1]]  # (L, C)
        x = (embedding + positions.to(embedding.dtype)).to(self.text_dtype)  # (N, L, C)
        x = self.transformer(x, past_tokens, eot[:, None])[:, 0]  # (N, C)
        features: Tensor = self.ln_final(x) @ self.text_projection  # (N, D)
        return features

    def forward(self, image: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        """Images (B, 3, S, S), token ids (N, L) -> `logits_per_image` (B, N),
        `logits_per_text` (N, B).

        logits = exp(logit_scale) * cosine (paper, figure 3), in fp32 at every precision of the
        encoders: they need not agree in theirs, and a scale of 100 would turn the rounding of a
        half-precision cosine into a tenth of a logit.
        """
        image_features = F.normalize(self.encode_image(image).float(), dim=-1)  # (B, D)
        text_features = F.normalize(self.encode_text(text).float(), dim=-1)  # (N, D)
        logits_per_image = self.logit_scale.exp() * image_features @ text_features.t()  # (B, N)
        return logits_per_image, logits_per_image.t()

    def __repr__(self) -> str:
        """One line: architecture, input, vector, precision. The modules are in `named_modules`."""
        side = self.input_resolution
        precision = str(self.dtype).removeprefix("torch.")
        if self.text_dtype != self.dtype:
            precision += f", text {str(self.text_dtype).removeprefix('torch.')}"
        return (
            f"CLIP({_architecture(self.visual)}, images {side} x {side}, "
            f"vectors of {self.embed_dim}, {precision}, {self.device})"
        )


# Depth and width of the published ViTs, depths and width of the published ResNets -> their names.
_VITS = {(12, 384): "S", (12, 768): "B", (24, 1024): "L", (32, 1280): "H"}
_RESNETS = {
    ((3, 4, 6, 3), 64): "RN50",
    ((3, 4, 23, 3), 64): "RN101",
    ((4, 6, 10, 6), 80): "RN50x4",
    ((6, 8, 18, 8), 96): "RN50x16",
    ((3, 15, 36, 10), 128): "RN50x64",
}


def _architecture(visual: ModifiedResNet | VisionTransformer) -> str:
    """The published name of an image encoder, or its sizes: "ViT-B/32", "RN50", "ResNet of 1 + 2 +
    1 + 2 blocks, width 16"."""
    if isinstance(visual, VisionTransformer):
        width, _, patch, _ = visual.conv1.weight.shape
        depth = len(visual.transformer.resblocks)
        if name := _VITS.get((depth, width)):
            return f"ViT-{name}/{patch}"
        return f"ViT of {depth} blocks, width {width}, patch {patch}"
    width = visual.conv3.weight.shape[0]
    layers = (visual.layer1, visual.layer2, visual.layer3, visual.layer4)
    depths = (len(layers[0]), len(layers[1]), len(layers[2]), len(layers[3]))
    if name := _RESNETS.get((depths, width)):
        return name
    return f"ResNet of {' + '.join(map(str, depths))} blocks, width {width}"


def convert_weights(model: nn.Module, dtype: torch.dtype = torch.float16) -> None:
    """Convolutions, linear layers, attention and the two projections -> `dtype`, in place;
    LayerNorm, BatchNorm, embeddings and the logit scale stay as they are. As `convert_weights` of
    openai/CLIP, and back with `torch.float32`.

    Of a whole CLIP both encoders are converted, of its `visual` the image encoder alone.
    """
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.to(dtype)
        for name in ("in_proj_weight", "in_proj_bias", "proj", "text_projection"):
            parameter = getattr(module, name, None)
            if isinstance(parameter, nn.Parameter):
                parameter.data = parameter.data.to(dtype)


# --------------------------------------------------------------------------------------------------
# From a state dict


def build_model(
    state_dict: Mapping[str, Tensor], activation: Activation = "quickgelu", copy: bool = True
) -> CLIP:
    """The CLIP whose weights these are, in eval mode, every size inferred from the shapes; the dict
    is not changed.

    Strict: UnusableValue (a ValueError) names missing, unexpected or wrongly shaped tensors.
    Tolerated are only the three scalars of the official archives, a stored causal mask, and
    BatchNorm's batch counters (absent from some conversions). fp16 weights become fp32.
    `activation` cannot be seen in the weights: "quickgelu" for OpenAI, MetaCLIP and DFN, "gelu" for
    what timm and open_clip trained with the exact GELU (LAION, DataComp).

    `copy=False`: tensors that are fp32 become the parameters themselves, so memory-mapped weights
    are not read here and take no memory twice. With tensors on the meta device this checks names
    and shapes at no cost.
    """
    weights = {
        name: tensor
        for name, tensor in state_dict.items()
        if name not in _OFFICIAL_SCALARS and name != "attn_mask"
    }
    try:
        # No memory and no random numbers for weights that are replaced at once.
        with torch.device("meta"):
            model = CLIP(**_sizes(weights), activation=activation)
    except KeyError as error:
        raise UnusableValue(
            "These are not the weights of a CLIP: the tensor {name} is missing.", name=str(error)
        ) from None
    except (TypeError, IndexError, ValueError) as error:
        raise UnusableValue(
            "These are not the weights of a CLIP: a tensor has an impossible shape ({detail}).",
            detail=str(error),
        ) from None
    for name in model.state_dict():
        if name.endswith("num_batches_tracked") and name not in weights:
            weights[name] = torch.zeros((), dtype=torch.long)
    # Copies, unless the caller gives its tensors away: training this model must not change them.
    own = {}
    for name, tensor in weights.items():
        dtype = torch.float32 if tensor.is_floating_point() else tensor.dtype
        own[name] = tensor.detach().to(dtype, copy=copy)
    try:
        model.load_state_dict(own, strict=True, assign=True)
    except RuntimeError as error:
        detail = "; ".join(line.strip() for line in str(error).splitlines()[1:4])
        raise UnusableValue(
            "These weights do not fit the CLIP that their sizes describe: {detail}", detail=detail
        ) from None
    return model.eval()


def _heads(width: int) -> int:
    """Attention heads of this width; every published CLIP has one per 64 channels."""
    if width < _HEAD_WIDTH or width % _HEAD_WIDTH:
        raise ValueError(
            f"a width of {width} cannot be split into attention heads of {_HEAD_WIDTH} channels"
        )
    return width // _HEAD_WIDTH


def _count(names: Mapping[str, Tensor], pattern: str) -> int:
    """How many different block numbers the pattern's group takes among the tensor names."""
    count = len({match.group(1) for name in names if (match := re.match(pattern, name))})
    if count > _DEEPEST:
        raise ValueError(f"{count} blocks in one stack")
    return count


def _sizes(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """The arguments of `CLIP` that these shapes imply. KeyError names a tensor that must be there
    and is not."""
    vision_layers: int | tuple[int, ...]
    if "visual.proj" in weights:
        vision_width, _, vision_patch_size, _ = weights["visual.conv1.weight"].shape
        vision_layers = _count(weights, r"visual\.transformer\.resblocks\.(\d+)\.")
        grid = math.isqrt(weights["visual.positional_embedding"].shape[0] - 1)
        input_resolution = grid * vision_patch_size
    else:
        vision_width = weights["visual.layer1.0.conv1.weight"].shape[0]
        vision_patch_size = None
        vision_layers = tuple(_count(weights, rf"visual\.layer{i}\.(\d+)\.") for i in (1, 2, 3, 4))
        grid = math.isqrt(weights["visual.attnpool.positional_embedding"].shape[0] - 1)
        input_resolution = grid * 32
    transformer_width, embed_dim = weights["text_projection"].shape
    return {
        "embed_dim": embed_dim,
        "input_resolution": input_resolution,
        "vision_layers": vision_layers,
        "vision_width": vision_width,
        "vision_patch_size": vision_patch_size,
        "context_length": weights["positional_embedding"].shape[0],
        "vocab_size": weights["token_embedding.weight"].shape[0],
        "transformer_width": transformer_width,
        "transformer_heads": _heads(transformer_width),
        "transformer_layers": _count(weights, r"transformer\.resblocks\.(\d+)\."),
    }
