#!/usr/bin/env python3
"""Exports a local Hugging Face model to a TorchScript file that returns activations by name, for Assay to train on.

    python scripts/export_torchscript.py MODEL_DIR --site blocks.3.hook_resid_post blocks.3.hook_mlp_out --out model.pt

Inputs of the file are token ids and an attention mask of any batch size and length. Modules after the deepest site are not
exported. Before the file is written, it is compared with the model on shapes other than those of the trace. Needs torch and
transformers.
"""
import os

import exported_sites


def main():
    arguments = exported_sites.parse_arguments(__doc__.splitlines()[0], ".pt")
    names = list(dict.fromkeys(arguments.site))
    sites = exported_sites.load(arguments.model, names)
    import torch

    class Named(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.sites = sites

        def forward(self, input_ids, attention_mask):
            return dict(zip(names, self.sites(input_ids, attention_mask)))

    # strict=False: the tracer cannot know that the keys of the returned dictionary are the same in every run.
    traced = torch.jit.trace(Named().eval(), exported_sites.tokens(sites, 2, 7), strict=False, check_trace=False)
    worst = exported_sites.verify(sites, names, lambda ids, mask: [traced(ids, mask)[name] for name in names])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = arguments.out.with_name(arguments.out.name + ".part")
    torch.jit.save(traced, unfinished)
    os.replace(unfinished, arguments.out)
    print(f"{arguments.out}: {', '.join(names)}; largest difference {worst:.1e}")


if __name__ == "__main__":
    main()
