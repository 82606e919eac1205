#!/usr/bin/env python3
"""Exports a local Hugging Face model to an ONNX file whose outputs are activations by name, for Assay to train on.

    python scripts/export_onnx.py MODEL_DIR --site blocks.3.hook_resid_post blocks.3.hook_mlp_out --out model.onnx

Inputs of the file are input_ids and attention_mask, of any batch size and length. Modules after the deepest site are not exported.
Before the file is moved into place, it is compared with the model on shapes other than those of the export. Needs torch, transformers,
onnx, onnxscript and onnxruntime.
"""
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import exported_sites


def main():
    arguments = exported_sites.parse_arguments(__doc__.splitlines()[0], ".onnx")
    names = list(dict.fromkeys(arguments.site))
    sites = exported_sites.load(arguments.model, names)
    try:
        import onnxruntime
        import onnxscript
        import torch
    except ImportError as missing:
        exported_sites.fail(f"{missing.name} is not installed, expected onnx, onnxscript and onnxruntime")
    free = {0: torch.export.Dim("batch"), 1: torch.export.Dim("position")}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=arguments.out.parent, prefix=arguments.out.name + ".") as folder:
        unfinished = Path(folder) / arguments.out.name
        # An ONNX file is limited to 2 GB; larger weights are written to a second file, which the first names.
        bytes_of_weights = sum(weight.numel() * weight.element_size() for weight in sites.parameters())
        torch.onnx.export(
            sites.eval(), exported_sites.tokens(sites, 2, 7), unfinished, dynamo=True, verbose=False, opset_version=18,
            external_data=bytes_of_weights > 1 << 30,
            input_names=["input_ids", "attention_mask"], output_names=names,
            dynamic_shapes={"input_ids": free, "attention_mask": free})
        session = onnxruntime.InferenceSession(unfinished, providers=["CPUExecutionProvider"])

        def run(ids, mask):
            found = session.run(names, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
            return [torch.from_numpy(values) for values in found]

        worst = exported_sites.verify(sites, names, run)
        for file in sorted(Path(folder).iterdir(), key=lambda file: file.name == arguments.out.name):
            os.replace(file, arguments.out.parent / file.name)
    print(f"{arguments.out}: {', '.join(names)}; largest difference {worst:.1e}")


if __name__ == "__main__":
    main()
