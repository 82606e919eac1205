#!/usr/bin/env python3
"""Records Hugging Face's results for a local causal language model, for comparison with Assay.

    python scripts/export_reference.py MODEL_DIR --out expected.safetensors
    scripts/assay verify-model MODEL_DIR --expected expected.safetensors

Writes random token ids and the results of the model: logits, losses, the residual stream, the outputs of attention and of the
feed-forward layers, the attention of the first block, runs with padding on either side, two edited runs and a greedy continuation.
meta.json, next to the file, names the sites of the edits. All results are in float32 on the CPU. Needs torch, transformers and
safetensors. A --length beyond the model's sliding window also covers the window.
"""
import argparse
import json
import sys
from pathlib import Path

# For each model_type: the list of blocks, and in a block the output projection of attention (its input is z), the feed-forward
# layer and the projection inside it (its input is the activated neurons). A family with norms after attention and after the
# feed-forward layer names these norms: their outputs are added to the residual stream.
LLAMA = {"blocks": "model.layers", "attention_out": "self_attn.o_proj", "mlp": "mlp", "mlp_out": "mlp.down_proj"}
GEMMA = {**LLAMA, "attention_norm": "post_attention_layernorm", "mlp_norm": "post_feedforward_layernorm"}
LAYOUTS = {
    "gpt_neox": {
        "blocks": "gpt_neox.layers",
        "attention_out": "attention.dense",
        "mlp": "mlp",
        "mlp_out": "mlp.dense_4h_to_h",
    },
    "gpt2": {"blocks": "transformer.h", "attention_out": "attn.c_proj", "mlp": "mlp", "mlp_out": "mlp.c_proj"},
    "llama": LLAMA,
    "mistral": LLAMA,
    "qwen2": LLAMA,
    "qwen3": LLAMA,
    "gemma2": GEMMA,
    "gemma3_text": GEMMA,
    "phi": {"blocks": "model.layers", "attention_out": "self_attn.dense", "mlp": "mlp", "mlp_out": "mlp.fc2"},
}

# Two correct float32 computations may order logits differently if they are closer than this.
NEAR_TIE = 1e-3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="a Hugging Face folder: config.json and weights")
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write; meta.json is written next to it")
    parser.add_argument("--length", type=int, default=17, help="tokens per sequence (default 17)")
    parser.add_argument("--block", type=int, default=None, help="block to edit (default 1, or 0 if there is only one)")
    parser.add_argument("--new-tokens", type=int, default=8, help="tokens of the greedy continuation (default 8)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the token ids and the steering vector (default 0)")
    return parser.parse_args()


def fail(message):
    sys.exit(f"export_reference: {message}")


def load(folder):
    """Returns the model in float32 with eager attention, which exposes the attention probabilities."""
    if not (folder / "config.json").is_file():
        fail(f"{folder} has no config.json, expected a Hugging Face folder")
    model_type = json.loads((folder / "config.json").read_text()).get("model_type")
    if model_type not in LAYOUTS:
        fail(f"{folder}/config.json: model_type is {model_type!r}, expected one of {', '.join(LAYOUTS)}")
    try:
        import torch
        import transformers
    except ImportError as missing:
        fail(f"{missing.name} is not installed, expected torch, transformers and safetensors")
    torch.set_grad_enabled(False)
    try:
        # Loaded as float32: otherwise constants that a model computes at construction would be rounded like its weights.
        precision = {"dtype" if int(transformers.__version__.split(".")[0]) > 4 else "torch_dtype": torch.float32}
        model = transformers.AutoModelForCausalLM.from_pretrained(
            folder, attn_implementation="eager", local_files_only=True, **precision
        )
    except (OSError, ValueError, RuntimeError) as unusable:
        fail(f"{folder} cannot be loaded: {unusable}")
    return model.eval(), LAYOUTS[model_type]


def first(output):
    """Returns the tensor of a module's output, which may be a tuple."""
    return output[0] if isinstance(output, tuple) else output


class Recorder:
    """Records the sites of every block during one run."""

    def __init__(self, model, layout):
        self.values = {}
        self.handles = []
        for i, block in enumerate(model.get_submodule(layout["blocks"])):
            self.on_input(block.get_submodule(layout["attention_out"]), f"z.{i}")
            self.on_result(block, layout["attention_out"], layout.get("attention_norm"), f"attn_out.{i}")
            self.on_input(block.get_submodule(layout["mlp_out"]), f"mlp_post.{i}")
            self.on_result(block, layout["mlp"], layout.get("mlp_norm"), f"mlp_out.{i}")
            self.on_output(block, f"resid_post.{i}")

    def on_result(self, block, half, norm, name):
        """Records the update of the residual stream by half a block: its output, or that of the norm after it."""
        if norm is None:
            self.on_output(block.get_submodule(half), name)
        else:
            self.on_output(block.get_submodule(half), name.replace("_out", "_out_prenorm"))
            self.on_output(block.get_submodule(norm), name)

    def on_input(self, module, name):
        def read(_, arguments):
            self.values[name] = arguments[0].clone()

        self.handles.append(module.register_forward_pre_hook(read))

    def on_output(self, module, name):
        def read(_, arguments, output):
            self.values[name] = first(output).clone()

        self.handles.append(module.register_forward_hook(read))

    def close(self):
        for handle in self.handles:
            handle.remove()


def losses(logits, ids, mask):
    """Returns −log p(next token) at each position, and its mean over pairs of tokens without padding."""
    import torch

    surprise = -torch.log_softmax(logits[:, :-1].double(), -1).gather(-1, ids[:, 1:, None])[..., 0]
    real = (mask[:, 1:] * mask[:, :-1]).double()
    return surprise.float(), ((surprise * real).sum() / real.sum()).float().reshape(1)


def record_run(model, layout, ids, mask):
    """Returns the plain run: logits, losses and every site."""
    recorder = Recorder(model, layout)
    run = model(input_ids=ids, attention_mask=mask, output_hidden_states=True, output_attentions=True, use_cache=False)
    recorder.close()
    sites = recorder.values
    blocks = len(run.attentions)
    tensors = {"logits": run.logits, "attn_pattern.0": run.attentions[0]}
    tensors["loss_per_token"], tensors["loss"] = losses(run.logits, ids, mask)
    for i, hidden in enumerate(run.hidden_states):
        tensors[f"hidden_states.{i}"] = hidden
    heads = run.attentions[0].shape[1]
    tensors["attn_z.0"] = sites["z.0"].unflatten(-1, (heads, -1))
    tensors[f"resid_post.{blocks - 1}"] = sites[f"resid_post.{blocks - 1}"]
    parallel = model.config.model_type == "phi" or getattr(model.config, "use_parallel_residual", False)
    for i in range(blocks):
        for site in ("attn_out", "mlp_out", "mlp_post", "attn_out_prenorm", "mlp_out_prenorm"):
            if f"{site}.{i}" in sites:
                tensors[f"{site}.{i}"] = sites[f"{site}.{i}"]
        if not parallel:
            tensors[f"resid_mid.{i}"] = run.hidden_states[i] + sites[f"attn_out.{i}"]
    return tensors


def padded_runs(model, ids, padding):
    """Returns the runs with the second row padded on the right and the first on the left; logits at padding are 0."""
    import torch

    length = ids.shape[1]
    right = torch.ones_like(ids)
    right[1, length - padding :] = 0
    left = torch.ones_like(ids)
    left[0, :padding] = 0
    left_ids = ids.clone()
    left_ids[0, padding:] = ids[0, : length - padding]
    left_ids[0, :padding] = model.config.pad_token_id or 0
    positions = (left.cumsum(-1) - 1).clamp(min=0)
    tensors = {
        "right.attention_mask": right,
        "left.input_ids": left_ids,
        "left.attention_mask": left,
        "left.position_ids": positions,
    }
    logits = model(input_ids=ids, attention_mask=right, use_cache=False).logits
    tensors["right.logits"], tensors["right.loss"] = logits * right[..., None], losses(logits, ids, right)[1]
    logits = model(input_ids=left_ids, attention_mask=left, position_ids=positions, use_cache=False).logits
    tensors["left.logits"], tensors["left.loss"] = logits * left[..., None], losses(logits, left_ids, left)[1]
    return tensors


def edited_runs(model, layout, ids, mask, block, vector):
    """Returns the runs with a vector added to a block's output, and with its feed-forward layer replaced by zeros."""
    module = model.get_submodule(layout["blocks"])[block]

    def steer(_, arguments, output):
        return (output[0] + vector, *output[1:]) if isinstance(output, tuple) else output + vector

    def ablate(_, arguments, output):
        return output * 0

    tensors = {"steer.vector": vector}
    fed = module.get_submodule(layout.get("mlp_norm", layout["mlp"]))
    for name, target, edit in (("steer", module, steer), ("ablate", fed, ablate)):
        handle = target.register_forward_hook(edit)
        logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
        handle.remove()
        tensors[f"{name}.logits"], tensors[f"{name}.loss"] = logits, losses(logits, ids, mask)[1]
    return tensors


def greedy(model, ids, new_tokens):
    """Returns the ids followed by the most probable tokens; each step runs the whole sequence.

    Stops early if the two best logits of a step are so close that rounding determines their order.
    """
    import torch

    for _ in range(new_tokens):
        logits = model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False).logits
        best = logits[:, -1].topk(2)
        if (best.values[:, 0] - best.values[:, 1]).min() < NEAR_TIE:
            break
        ids = torch.cat([ids, best.indices[:, :1]], 1)
    return ids


def main():
    arguments = parse_arguments()
    model, layout = load(arguments.model)
    import torch
    from safetensors.torch import save_file

    blocks = len(model.get_submodule(layout["blocks"]))
    block = min(1, blocks - 1) if arguments.block is None else arguments.block
    if not 0 <= block < blocks:
        fail(f"--block is {block}, expected 0 to {blocks - 1}")
    longest = model.config.max_position_embeddings
    if not 4 <= arguments.length <= longest:
        fail(f"--length is {arguments.length}, expected 4 to the model's context length, {longest}")
    new_tokens = min(arguments.new_tokens, longest - arguments.length)

    generator = torch.Generator().manual_seed(arguments.seed)
    ids = torch.randint(model.config.vocab_size, (2, arguments.length), generator=generator)
    mask = torch.ones_like(ids)
    vector = 2 * torch.randn(model.config.hidden_size, generator=generator)

    tensors = {"input_ids": ids, "attention_mask": mask, **record_run(model, layout, ids, mask)}
    tensors.update(padded_runs(model, ids, max(1, arguments.length // 4)))
    tensors.update(edited_runs(model, layout, ids, mask, block, vector))
    tensors["greedy.output_ids"] = greedy(model, ids, new_tokens)

    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    # Copies: a safetensors file cannot contain two views of one tensor.
    save_file({name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()}, arguments.out)
    meta = {
        "model_type": model.config.model_type,
        "seed": arguments.seed,
        "steer": {"hook": f"blocks.{block}.hook_resid_post", "what": "steer.vector added at every position"},
        "ablate": {"hook": f"blocks.{block}.hook_mlp_out", "what": "replaced by zeros at every position"},
    }
    (arguments.out.parent / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    print(f"{arguments.out}: {len(tensors)} tensors")


if __name__ == "__main__":
    main()
