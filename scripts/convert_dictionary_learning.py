#!/usr/bin/env python3
"""Converts a dictionary that dictionary_learning saved (ae.pt and config.json) to a SAELens folder, which Assay and SAELens open.

    python scripts/convert_dictionary_learning.py RUN/trainer_0 --out dictionaries/trainer_0

ae.pt is a pickle. This script reads it outside the JVM, and only as tensors (torch.load with weights_only=True), so that no code in it
is executed. All classes that its trainers save are supported: AutoEncoder, AutoEncoderNew, GatedAutoEncoder, JumpReluAutoEncoder,
AutoEncoderTopK, BatchTopKSAE, MatryoshkaBatchTopKSAE. The result computes the same as their encode and decode with default arguments.
Needs torch and safetensors.
"""
import argparse
import json
import os
import pickle
import re
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp

LAYOUT_VERSION = "6.18.0"


def fail(message):
    print(f"convert_dictionary_learning: {message}", file=sys.stderr)
    sys.exit(2)


class State:
    """The tensors of ae.pt. Reading a tensor checks its shape and removes it; close() fails if any tensor was not read."""

    def __init__(self, file, tensors):
        self.file = file
        self.left = dict(tensors)

    def take(self, name, *shape):
        if name not in self.left:
            fail(f"{self.file} has no tensor {name}, only {sorted(self.left)}")
        tensor = self.left.pop(name)
        if tuple(tensor.shape) != shape:
            fail(f"{self.file}: tensor {name} has shape {tuple(tensor.shape)}, expected {shape} "
                 "(activation_dim and dict_size in config.json)")
        return tensor.float()

    def number(self, name, otherwise):
        return self.left.pop(name).item() if name in self.left else otherwise

    def close(self):
        if self.left:
            fail(f"{self.file} contains tensors that its class does not have: {sorted(self.left)}")


def linear(state, d, m):
    """Returns the matrices of a class that uses nn.Linear, whose weights are [out, in]."""
    return {"W_enc": state.take("encoder.weight", m, d).T, "W_dec": state.take("decoder.weight", d, m).T}


def parameters(state, d, m):
    """Returns the arrays of a class that uses plain parameters, whose layout is that of SAELens."""
    return {"W_enc": state.take("W_enc", d, m), "b_enc": state.take("b_enc", m),
            "W_dec": state.take("W_dec", m, d), "b_dec": state.take("b_dec", d)}


def auto_encoder(state, trainer, d, m):
    tensors = linear(state, d, m) | {"b_enc": state.take("encoder.bias", m), "b_dec": state.take("bias", d)}
    # The library's loader rescales latents so that their decoder rows have norm 1.
    norms = tensors["W_dec"].norm(dim=1)
    tensors["W_dec"] = tensors["W_dec"] / norms[:, None]
    tensors["W_enc"] = tensors["W_enc"] * norms
    tensors["b_enc"] = tensors["b_enc"] * norms
    return "standard", True, {}, tensors


def auto_encoder_new(state, trainer, d, m):
    biases = {"b_enc": state.take("encoder.bias", m), "b_dec": state.take("decoder.bias", d)}
    return "standard", False, {}, linear(state, d, m) | biases


def gated(state, trainer, d, m):
    biases = {"b_dec": state.take("decoder_bias", d), "b_gate": state.take("gate_bias", m),
              "b_mag": state.take("mag_bias", m), "r_mag": state.take("r_mag", m)}
    return "gated", True, {}, linear(state, d, m) | biases


def jump_relu(state, trainer, d, m):
    # The encoder does not subtract the decoder bias.
    return "jumprelu", False, {}, parameters(state, d, m) | {"threshold": state.take("threshold", m)}


def top_k(state, trainer, d, m):
    k = state.number("k", trainer.get("k"))
    if not isinstance(k, int) or k < 1:
        fail(f"{state.file}: k is {k!r}, expected an integer above 0 there or in config.json")
    state.number("threshold", None)  # its encode uses it only on request
    biases = {"b_enc": state.take("encoder.bias", m), "b_dec": state.take("b_dec", d)}
    return "topk", True, {"k": k, "rescale_acts_by_decoder_norm": False}, linear(state, d, m) | biases


def batch_top_k(state, trainer, d, m):
    biases = {"b_enc": state.take("encoder.bias", m), "b_dec": state.take("b_dec", d)}
    return thresholded(state, m, linear(state, d, m) | biases)


def matryoshka(state, trainer, d, m):
    state.left.pop("group_sizes", None)  # a trained dictionary uses all groups
    return thresholded(state, m, parameters(state, d, m))


def thresholded(state, m, tensors):
    """Returns a JumpReLU dictionary: outside training, one threshold selects the active latents."""
    state.number("k", None)
    threshold = state.number("threshold", -1.0)
    if threshold < 0:
        print(f"convert_dictionary_learning: {state.file} contains no estimated threshold because its run was too short; "
              "every positive pre-activation is active", file=sys.stderr)
    return "jumprelu", True, {}, tensors | {"threshold": tensors["b_enc"].new_full((m,), threshold)}


CLASSES = {"AutoEncoder": auto_encoder, "AutoEncoderNew": auto_encoder_new, "GatedAutoEncoder": gated,
           "JumpReluAutoEncoder": jump_relu, "AutoEncoderTopK": top_k, "BatchTopKSAE": batch_top_k,
           "MatryoshkaBatchTopKSAE": matryoshka}


def read_config(file):
    try:
        config = json.loads(file.read_text())
    except (OSError, ValueError) as problem:
        fail(f"{file} cannot be read: {problem}")
    trainer = config.get("trainer") if isinstance(config, dict) else None
    if not isinstance(trainer, dict):
        fail(f"{file} has no object trainer, expected what dictionary_learning writes")
    for field in ("activation_dim", "dict_size"):
        if not isinstance(trainer.get(field), int) or trainer[field] < 1:
            fail(f"{file}: trainer.{field} is {trainer.get(field)!r}, expected an integer above 0")
    if trainer.get("dict_class") not in CLASSES:
        fail(f"{file}: trainer.dict_class is {trainer.get('dict_class')!r}, expected one of {', '.join(CLASSES)}")
    return config


def read_state(file):
    import torch

    try:
        tensors = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as problem:
        fail(f"{file} cannot be read: {problem.strerror}")
    except (RuntimeError, EOFError, pickle.UnpicklingError):
        fail(f"{file} is damaged or contains objects other than tensors, which are not executed")
    if not isinstance(tensors, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in tensors.values()):
        fail(f"{file} does not contain a dictionary of named tensors")
    return State(file, tensors)


def metadata(config, hook):
    trainer, buffer = config["trainer"], config.get("buffer") or {}
    named = re.search(r"resid_post", str(trainer.get("submodule_name")))
    if hook is None and named and isinstance(trainer.get("layer"), int):
        hook = f"blocks.{trainer['layer']}.hook_resid_post"
    fields = {"sae_lens_version": LAYOUT_VERSION, "model_name": trainer.get("lm_name"), "hook_name": hook,
              "context_size": buffer.get("ctx_len"), "dictionary_learning": trainer}
    return {name: value for name, value in fields.items() if value is not None}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with ae.pt and config.json")
    parser.add_argument("--out", type=Path, required=True, help="the SAELens folder, new or empty")
    parser.add_argument("--hook", help="the site, such as blocks.3.hook_mlp_out, if config.json does not name it")
    arguments = parser.parse_args()
    if arguments.out.exists() and (not arguments.out.is_dir() or any(arguments.out.iterdir())):
        fail(f"{arguments.out} already exists, expected a new or empty folder")

    config = read_config(arguments.folder / "config.json")
    trainer = config["trainer"]
    state = read_state(arguments.folder / "ae.pt")
    d, m = trainer["activation_dim"], trainer["dict_size"]
    architecture, subtracts_bias, options, tensors = CLASSES[trainer["dict_class"]](state, trainer, d, m)
    state.close()
    cfg = {"d_in": d, "d_sae": m, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": subtracts_bias,
           "normalize_activations": "none", "reshape_activations": "none", **options, "architecture": architecture,
           "metadata": metadata(config, arguments.hook)}

    from safetensors.torch import save_file

    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(dir=arguments.out.parent, prefix=arguments.out.name + "."))
    try:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, unfinished / "sae_weights.safetensors")
        (unfinished / "cfg.json").write_text(json.dumps(cfg, indent=1) + "\n")
        for file in unfinished.iterdir():
            file.chmod(0o666 & ~umask())
        unfinished.chmod(0o777 & ~umask())
        os.replace(unfinished, arguments.out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    print(f"{arguments.out}: {architecture}, {d} x {m}")


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


if __name__ == "__main__":
    main()
