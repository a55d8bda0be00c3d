"""Random CLIPs for tests, and the same one as the library transformers would build it.

Every bias, norm and running statistic is random too: identity-like defaults hide errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from engine.clip.model import CLIP

RN50 = {
    "embed_dim": 1024,
    "input_resolution": 224,
    "vision_layers": (3, 4, 6, 3),
    "vision_width": 64,
    "vision_patch_size": None,
}
TINY_RESNET = {
    **RN50,
    "embed_dim": 64,
    "input_resolution": 96,
    "vision_layers": (1, 2, 1, 2),
    "vision_width": 16,
}


def random_clip(seed: int = 0, **sizes: object) -> CLIP:
    """A CLIP whose every tensor is random, of magnitudes that keep activations alive through the
    depth."""
    defaults: dict[str, object] = {
        "embed_dim": 64,
        "input_resolution": 64,
        "vision_layers": 2,
        "vision_width": 128,
        "vision_patch_size": 16,
        "context_length": 77,
        "vocab_size": 49408,
        "transformer_width": 128,
        "transformer_heads": 2,
        "transformer_layers": 2,
    }
    torch.manual_seed(seed)
    clip = CLIP(**{**defaults, **sizes})  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in clip.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 1.5, generator=generator)
        elif name.endswith(("running_mean", "bias")):
            tensor.normal_(0, 0.1, generator=generator)
        elif tensor.is_floating_point() and re.search(r"bn\d|ln_|downsample\.1", name):
            # bn3 too: at its default of 0 blocks are the identity
            tensor.normal_(1, 0.2, generator=generator)
    return clip.eval()


def relative_error(ours: Tensor, theirs: Tensor) -> float:
    """|ours - theirs| / |theirs|, over all numbers of tensors of one shape."""
    return float((ours.detach() - theirs.detach()).norm() / theirs.detach().norm())


def transformers_model(clip: CLIP, act: str) -> torch.nn.Module:
    """A transformers CLIPModel that carries the same weights; the mapping is written out here,
    apart from the engine's."""
    from transformers import CLIPConfig, CLIPModel

    state = clip.state_dict()
    patch = state["visual.conv1.weight"].shape[-1]
    vision_width = state["visual.proj"].shape[0]
    text_width = state["text_projection"].shape[0]
    layers = {
        tower: sum(name.startswith(tower) and name.endswith(".ln_1.weight") for name in state)
        for tower in ("visual.transformer.", "transformer.")
    }
    config = CLIPConfig(
        text_config={
            "vocab_size": state["token_embedding.weight"].shape[0],
            "hidden_size": text_width,
            "hidden_act": act,
            "intermediate_size": 4 * text_width,
            "num_attention_heads": text_width // 64,
            "num_hidden_layers": layers["transformer."],
            "max_position_embeddings": clip.context_length,
            "bos_token_id": 49406,
            "eos_token_id": 49407,
            "pad_token_id": 0,
        },
        vision_config={
            "hidden_size": vision_width,
            "hidden_act": act,
            "intermediate_size": 4 * vision_width,
            "num_attention_heads": vision_width // 64,
            "num_hidden_layers": layers["visual.transformer."],
            "patch_size": patch,
            "image_size": clip.input_resolution,
        },
        projection_dim=clip.embed_dim,
        attn_implementation="eager",
    )
    theirs: dict[str, Tensor] = {
        "logit_scale": state["logit_scale"],
        "text_projection.weight": state["text_projection"].T,
        "visual_projection.weight": state["visual.proj"].T,
        "text_model.embeddings.token_embedding.weight": state["token_embedding.weight"],
        "text_model.embeddings.position_embedding.weight": state["positional_embedding"],
        "vision_model.embeddings.class_embedding": state["visual.class_embedding"],
        "vision_model.embeddings.patch_embedding.weight": state["visual.conv1.weight"],
        "vision_model.embeddings.position_embedding.weight": state["visual.positional_embedding"],
    }
    for kind in ("weight", "bias"):
        theirs[f"text_model.final_layer_norm.{kind}"] = state[f"ln_final.{kind}"]
        theirs[f"vision_model.pre_layrnorm.{kind}"] = state[f"visual.ln_pre.{kind}"]
        theirs[f"vision_model.post_layernorm.{kind}"] = state[f"visual.ln_post.{kind}"]
        for tower, other in (("visual.transformer.", "vision"), ("transformer.", "text")):
            for n in range(layers[tower]):
                block = f"{tower}resblocks.{n}."
                target = f"{other}_model.encoder.layers.{n}."
                theirs |= _transformers_block(state, block, target, kind)
    with torch.device("meta"):
        model = CLIPModel(config)
    missing, unexpected = model.load_state_dict(theirs, strict=False, assign=True)
    assert not missing and not unexpected
    for embeddings in (model.text_model.embeddings, model.vision_model.embeddings):
        count = embeddings.position_embedding.weight.shape[0]
        embeddings.position_ids = torch.arange(count)[None]  # a buffer, lost on the meta device
    return model.eval()


def _transformers_block(
    state: Mapping[str, Tensor], block: str, target: str, kind: str
) -> dict[str, Tensor]:
    """Weights or biases of one residual block, under the names of transformers."""
    theirs = {
        f"{target}self_attn.out_proj.{kind}": state[f"{block}attn.out_proj.{kind}"],
        f"{target}layer_norm1.{kind}": state[f"{block}ln_1.{kind}"],
        f"{target}layer_norm2.{kind}": state[f"{block}ln_2.{kind}"],
        f"{target}mlp.fc1.{kind}": state[f"{block}mlp.c_fc.{kind}"],
        f"{target}mlp.fc2.{kind}": state[f"{block}mlp.c_proj.{kind}"],
    }
    queries_keys_values = state[f"{block}attn.in_proj_{kind}"].chunk(3)
    for which, part in zip("qkv", queries_keys_values, strict=True):
        theirs[f"{target}self_attn.{which}_proj.{kind}"] = part
    return theirs
