package dev.assay.evaluate;

import java.io.Serializable;
import java.util.Map;

/**
 * The sums of one dictionary over a part of an evaluation.
 *
 * @param reconstruction sums of activations and reconstructions
 * @param activations counts of active latents
 * @param sources active latents per file; empty if the text is not from files
 * @param crossEntropy the sum of the next-token losses with the reconstruction at the site, in nats
 * @param divergence Σ KL(clean ‖ with reconstruction) over predicted tokens, in nats
 */
public record DictionarySums(
        ReconstructionSums reconstruction,
        ActivationSums activations,
        Map<String, SourceSums> sources,
        double crossEntropy,
        double divergence)
        implements Serializable {}
