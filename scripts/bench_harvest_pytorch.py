#!/usr/bin/env python3
"""Measures in PyTorch the harvest that `scripts/assay bench harvest` measures in Assay, for comparison.

    python scripts/bench_harvest_pytorch.py
    scripts/assay bench harvest --json

Runs a randomly initialised GPT-NeoX with the shape of Pythia-70m in Hugging Face transformers: once up to the site, and once as a
full forward pass. Needs torch and transformers. Prints one JSON object with medians.
"""
import argparse
import json
import statistics
import time

import torch
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contexts", type=int, default=32, help="contexts per batch (default 32)")
    parser.add_argument("--context", type=int, default=128, help="tokens per context (default 128)")
    parser.add_argument("--blocks", type=int, default=4, help="blocks up to the site (default 4: blocks.3.hook_resid_post)")
    parser.add_argument("--rounds", type=int, default=7, help="measured rounds (default 7)")
    parser.add_argument("--warmup", type=int, default=3, help="rounds before the measurement (default 3)")
    parser.add_argument("--threads", type=int, default=None, help="threads per operation (default: PyTorch's)")
    return parser.parse_args()


def pythia_70m():
    config = GPTNeoXConfig(
        vocab_size=50304,
        hidden_size=512,
        num_hidden_layers=6,
        num_attention_heads=8,
        intermediate_size=2048,
        rotary_pct=0.25,
        max_position_embeddings=2048,
    )
    return GPTNeoXForCausalLM(config).eval()


def median_seconds(run, warmup, rounds):
    seconds = []
    for i in range(warmup + rounds):
        start = time.perf_counter()
        run()
        if i >= warmup:
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main():
    arguments = parse_arguments()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = pythia_70m()
    tokens = torch.randint(0, model.config.vocab_size, (arguments.contexts, arguments.context))
    every_block = model.gpt_neox.layers
    with torch.inference_mode():
        model.gpt_neox.layers = every_block[: arguments.blocks]
        harvest = median_seconds(lambda: model.gpt_neox(tokens, use_cache=False), arguments.warmup, arguments.rounds)
        model.gpt_neox.layers = every_block
        forward = median_seconds(lambda: model(tokens, use_cache=False), arguments.warmup, arguments.rounds)
    report = {
        "harvest_seconds": harvest,
        "harvest_tokens_per_second": tokens.numel() / harvest,
        "forward_seconds": forward,
        "forward_tokens_per_second": tokens.numel() / forward,
        "threads": torch.get_num_threads(),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
