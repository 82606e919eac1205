"""Shared by export_torchscript.py and export_onnx.py: a Hugging Face model that returns activations by TransformerLens name."""
import argparse
import re
import sys
import warnings
from pathlib import Path

SITES = ("hook_resid_pre", "hook_attn_out", "hook_resid_mid", "mlp.hook_post", "hook_mlp_out", "hook_resid_post")
TOLERANCE = 1e-4


def fail(message):
    sys.exit(f"{Path(sys.argv[0]).stem}: {message}")


def parse_arguments(description, suffix):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model", type=Path, help="a Hugging Face folder: config.json and weights")
    parser.add_argument(
        "--site", nargs="+", required=True, metavar="SITE",
        help=f"such as blocks.3.hook_resid_post; sites of a block: {', '.join(SITES)}")
    parser.add_argument("--out", type=Path, required=True, help=f"the file to write, such as model{suffix}")
    return parser.parse_args()


def load(folder, sites):
    """Returns a module from token ids and a mask to the activations of the sites, in this order."""
    if not (folder / "config.json").is_file():
        fail(f"{folder} has no config.json, expected a Hugging Face folder")
    try:
        import torch
        from transformers import AutoConfig, AutoModel, logging
    except ImportError as missing:
        fail(f"{missing.name} is not installed, expected torch and transformers")
    torch.set_grad_enabled(False)
    # Hides warnings about the missing head and about tracing; the export is compared with the model afterwards.
    logging.set_verbosity_error()
    warnings.filterwarnings("ignore")
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        # Fused attention silently ignores a soft cap on the scores.
        attention = "eager" if getattr(config, "attn_logit_softcapping", None) else "sdpa"
        model = AutoModel.from_pretrained(folder, attn_implementation=attention, local_files_only=True)
    except (OSError, ValueError, RuntimeError) as unusable:
        fail(f"{folder} cannot be loaded: {unusable}")
    return wrapper(model.float().eval(), sites)


def attribute(module, *names):
    """Returns the first of these attributes that the module has; the names depend on the family."""
    for name in names:
        if hasattr(module, name):
            return getattr(module, name)
    fail(f"{type(module).__name__} has none of {', '.join(names)}, one of which is expected")


def wrapper(model, sites):
    import torch

    stack = "h" if hasattr(model, "h") else "layers"
    blocks = attribute(model, stack)
    parallel = getattr(model.config, "use_parallel_residual", model.config.model_type == "phi")
    wanted = [place(site, len(blocks), parallel) for site in sites]
    # Blocks after the deepest site are not needed.
    setattr(model, stack, blocks[: max(block for block, _ in wanted) + 1])
    values = {}
    for block, kind in set(wanted):
        watch(attribute(model, stack)[block], block, kind, values)

    class Sites(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask):
            values.clear()
            self.model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False)
            return [read(values, block, kind) for block, kind in wanted]

    return Sites()


def place(site, blocks, parallel):
    """Returns the block index and the name within the block of a site."""
    match = re.fullmatch(r"blocks\.(\d+)\.(.+)", site)
    if not match or match[2] not in SITES:
        fail(f"--site is {site!r}, expected blocks.N. and one of {', '.join(SITES)}")
    if int(match[1]) >= blocks:
        fail(f"--site is {site!r}, but the model has the blocks 0 to {blocks - 1}")
    if match[2] == "hook_resid_mid" and parallel:
        fail(f"--site is {site!r}, but attention and feed-forward layer of this model run in parallel")
    return int(match[1]), match[2]


def watch(block, number, kind, values):
    """Records the activation of a site during a run."""
    mlp = attribute(block, "mlp")
    # Gemma normalises the outputs of attention and feed-forward layer before adding them.
    normed = hasattr(block, "post_feedforward_layernorm")
    attention = block.post_attention_layernorm if normed else attribute(block, "attention", "attn", "self_attn")

    def keep(key):
        return lambda tensors: values.__setitem__((number, key), tensors[0] if isinstance(tensors, tuple) else tensors)

    def on_input(module, key):
        store = keep(key)
        module.register_forward_pre_hook(
            lambda _, positional, named: store(positional or named["hidden_states"]), with_kwargs=True)

    def on_output(module, key):
        store = keep(key)
        module.register_forward_hook(lambda _, arguments, output: store(output))

    if kind in ("hook_resid_pre", "hook_resid_mid"):
        on_input(block, "hook_resid_pre")
    if kind in ("hook_attn_out", "hook_resid_mid"):
        on_output(attention, "hook_attn_out")
    if kind == "mlp.hook_post":
        on_input(attribute(mlp, "dense_4h_to_h", "c_proj", "down_proj", "fc2"), kind)
    if kind == "hook_mlp_out":
        on_output(block.post_feedforward_layernorm if normed else mlp, kind)
    if kind == "hook_resid_post":
        on_output(block, kind)


def read(values, block, kind):
    if kind == "hook_resid_mid":
        return values[block, "hook_resid_pre"] + values[block, "hook_attn_out"]
    return values[block, kind]


def tokens(sites, batch, length, padding=0):
    """Returns random token ids and a mask with padding on the left of the first row."""
    import torch

    ids = torch.randint(sites.model.config.vocab_size, (batch, length), generator=torch.Generator().manual_seed(length))
    mask = torch.ones_like(ids)
    mask[0, :padding] = 0
    return ids, mask


def verify(sites, names, run):
    """Compares an exported model with the original on shapes other than those of the export, with padding and without."""
    longest = min(getattr(sites.model.config, "max_position_embeddings", 64), 64)
    worst = 0.0
    for batch, length, padding in ((1, 2, 0), (3, longest, 0), (2, longest // 2, longest // 8)):
        ids, mask = tokens(sites, batch, length, padding)
        for name, expected, found in zip(names, sites(ids, mask), run(ids, mask)):
            if found.shape != expected.shape:
                fail(f"{name} has shape {list(found.shape)} after export, expected {list(expected.shape)}; nothing was written")
            real = mask[..., None]
            error = (((found - expected) * real).abs().max() / (expected * real).abs().max().clamp(min=1)).item()
            if not error <= TOLERANCE:
                fail(f"{name} is off by {error:.1e} after export, expected at most {TOLERANCE:.0e}; nothing was written")
            worst = max(worst, error)
    return worst
