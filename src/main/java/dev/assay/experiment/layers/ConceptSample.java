package dev.assay.experiment.layers;

import ai.djl.ndarray.NDArray;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.evaluate.standard.HeldOutAuroc;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.story.ConceptLabels;
import dev.assay.text.story.LabelledBatch;
import dev.assay.text.story.LabelledReader;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.Arrays;

/** Activations of a site with the labels of one concept, of training stories and of held-out stories. */
final class ConceptSample {
    private final Labelled training;
    private final Labelled heldOut;

    /** Activations [n, d] and labels [n]. */
    private record Labelled(float[][] rows, boolean[] labels) {}

    private ConceptSample(Labelled training, Labelled heldOut) {
        this.training = training;
        this.heldOut = heldOut;
    }

    /** Returns whether a text has labels. */
    static boolean isLabelled(Corpus corpus) {
        return corpus.source() instanceof StoryCorpus;
    }

    static ConceptSample read(HookedTransformer model, HookPoint point, Corpus stories, int concept, int tokens)
            throws IOException {
        return new ConceptSample(
                read(model, point, stories, Split.TRAINING, concept, tokens),
                read(model, point, stories, Split.HELD_OUT, concept, tokens));
    }

    private static Labelled read(
            HookedTransformer model, HookPoint point, Corpus stories, Split split, int concept, int tokens)
            throws IOException {
        float[][] rows = new float[tokens][];
        boolean[] labels = new boolean[tokens];
        int filled = 0;
        try (Autograd off = Autograd.off();
                LabelledReader reader = ConceptLabels.read(stories, split)) {
            LabelledBatch batch = reader.next(8);
            while (batch != null && filled < tokens) {
                try (Scope scope = Scope.open();
                        ActivationCache cache = model.cache(batch.tokens().toArray(model.manager()), point)) {
                    int width = model.width(point);
                    float[] values = cache.get(point).reshape(-1, width).toFloatArray();
                    for (int i = 0; i < batch.labels().length && filled < tokens; i++) {
                        rows[filled] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
                        labels[filled++] = (batch.labels()[i] >>> concept & 1) == 1;
                    }
                }
                batch = reader.next(8);
            }
        }
        return new Labelled(Arrays.copyOf(rows, filled), Arrays.copyOf(labels, filled));
    }

    /** Returns the AUROC of a regression on the activations. */
    double ofActivations(HookedTransformer model) {
        try (Scope scope = Scope.open()) {
            return HeldOutAuroc.of(
                            ProbeData.of(model.manager().create(training.rows), training.labels),
                            ProbeData.of(model.manager().create(heldOut.rows), heldOut.labels))
                    .heldOut();
        }
    }

    /** Returns the AUROC of a regression on the codes of a dictionary. */
    double ofCodes(HookedTransformer model, Dictionary dictionary) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            return HeldOutAuroc.of(codes(model, dictionary, training), codes(model, dictionary, heldOut))
                    .heldOut();
        }
    }

    private static ProbeData codes(HookedTransformer model, Dictionary dictionary, Labelled part) {
        NDArray x = model.manager().create(part.rows);
        return ProbeData.of(dictionary.encode(x).dense(), part.labels);
    }
}
