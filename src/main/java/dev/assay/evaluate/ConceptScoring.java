package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.attach.ForwardBatches;
import dev.assay.evaluate.baseline.Baseline;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.story.Concept;
import dev.assay.text.story.ConceptLabels;
import dev.assay.text.story.LabelledBatch;
import dev.assay.text.story.LabelledReader;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Scores of latents as classifiers of the known concepts of generated stories.
 *
 * <p>A latent with a threshold classifies each token as having a concept or not. For each concept, the latent and threshold (a share of the
 * latent's maximum) with the highest F1 on training stories are selected, and their F1 on held-out stories is heldOutF1. Selection on
 * separate stories avoids the bias of taking the maximum over many latents.
 */
public final class ConceptScoring implements AutoCloseable {
    private static final double[] THRESHOLDS = {0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.75};
    private static final int CHUNK_ROWS = 2048;

    private final NDManager manager;
    private final Labelled selection;
    private final Labelled heldOut;

    /** Activations [n, d] of tokens with concept labels. */
    private record Labelled(NDArray x, ConceptTokens tokens) {
        int rows() {
            return tokens.ids().length;
        }

        /** Returns the rows from a first one on, [CHUNK_ROWS or fewer, d]. */
        NDArray chunk(int first) {
            return x.get(new NDIndex("{}:{}", first, Math.min(rows(), first + CHUNK_ROWS)));
        }
    }

    /**
     * The activations of tokens with concept labels.
     *
     * @param x [n, d], owned by the scoring
     * @param labels n labels; bit i is concept i of {@link StoryCorpus#concepts()}
     */
    public record LabelledActivations(NDArray x, long[] labels) {}

    /**
     * Computes the activations and concept labels of stories.
     *
     * @param model the model
     * @param point the site that the latents read
     * @param stories a corpus whose text is a {@link StoryCorpus}
     * @param tokens the number of tokens of training stories; the same number is read from held-out stories
     * @throws IOException when reading fails
     * @throws dev.assay.InvalidInputException when the text of the corpus is not a {@link StoryCorpus}
     */
    public ConceptScoring(HookedTransformer model, HookPoint point, Corpus stories, long tokens) throws IOException {
        model.requireContext(stories.contextLength());
        this.manager = model.manager().newSubManager();
        try (Autograd off = Autograd.off()) {
            this.selection = read(model, point, stories, Split.TRAINING, tokens);
            this.heldOut = read(model, point, stories, Split.HELD_OUT, tokens);
        }
    }

    private Labelled read(HookedTransformer model, HookPoint point, Corpus stories, Split split, long tokens)
            throws IOException {
        try (Scope scope = Scope.open();
                LabelledReader reader = ConceptLabels.read(stories, split)) {
            NDList activations = new NDList();
            LongStream.Builder ids = LongStream.builder();
            LongStream.Builder bits = LongStream.builder();
            long seen = 0;
            LabelledBatch batch = reader.next(ForwardBatches.CONTEXTS);
            while (batch != null && seen < tokens) {
                try (ActivationCache cache = model.cache(batch.tokens().toArray(manager), point)) {
                    activations.add(
                            cache.get(point).reshape(-1, model.width(point)).duplicate());
                }
                LongStream.of(batch.tokens().ids()).forEach(ids);
                LongStream.of(batch.labels()).forEach(bits);
                seen += batch.labels().length;
                batch = reader.next(ForwardBatches.CONTEXTS);
            }
            InvalidInputException.require(
                    seen > 0,
                    () -> stories.description() + " has no whole context of " + stories.contextLength()
                            + " tokens in its " + (split == Split.TRAINING ? "training" : "held-out") + " stories");
            NDArray x = scope.keep(NDArrays.concat(activations));
            x.attach(manager);
            return new Labelled(
                    x, new ConceptTokens(ids.build().toArray(), bits.build().toArray()));
        }
    }

    /** {@return the tokens of training stories, on which latents, thresholds and probes are selected} */
    public LabelledActivations trainingStories() {
        return new LabelledActivations(selection.x(), selection.tokens().labels());
    }

    /** {@return the tokens of held-out stories, on which they are scored} */
    public LabelledActivations heldOutStories() {
        return new LabelledActivations(heldOut.x(), heldOut.tokens().labels());
    }

    /**
     * Scores a dictionary and the controls that need no further training: token look-up, always yes, the activation's dimensions,
     * principal components and a random dictionary.
     *
     * @param dictionary the dictionary
     * @return one row per concept
     */
    public ConceptTable table(Dictionary dictionary) {
        List<Concept> concepts = StoryCorpus.concepts();
        List<ConceptTable.Row> rows = new ArrayList<>();
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            List<ConceptTable.Best> latents = best(dictionary);
            for (int c = 0; c < concepts.size(); c++) {
                rows.add(new ConceptTable.Row(concepts.get(c), heldOut.tokens().share(c), latents.get(c), Map.of()));
            }
            Baselines baselines = Baselines.of(selection.x());
            return new ConceptTable(rows)
                    .with(ConceptControl.TOKEN_LOOKUP, tokenLookup())
                    .with(ConceptControl.ALWAYS_YES, alwaysYes())
                    .with(ConceptControl.NEURON, f1(baselines.neurons()))
                    .with(ConceptControl.PRINCIPAL, f1(baselines.pca()))
                    .with(ConceptControl.RANDOM, random(dictionary.dSae()));
        }
    }

    /**
     * Scores the look-up of {@code P(concept | token)}, estimated on training stories.
     *
     * @return F1 on held-out stories, one per concept
     */
    public double[] tokenLookup() {
        return IntStream.range(0, StoryCorpus.concepts().size())
                .mapToDouble(concept -> new ConceptLookup(selection.tokens(), concept).f1(heldOut.tokens(), concept))
                .toArray();
    }

    /**
     * Scores the prediction of each concept for every token.
     *
     * @return F1 on held-out stories, 2p / (1 + p) of a concept on a share p of the tokens, one per concept
     */
    public double[] alwaysYes() {
        return IntStream.range(0, StoryCorpus.concepts().size())
                .mapToDouble(heldOut.tokens()::share)
                .map(share -> 2 * share / (1 + share))
                .toArray();
    }

    /**
     * Scores the best latents of a random dictionary: directions uniform on the sphere, with either sign.
     *
     * @param latents the number of latents, at least 1; an odd number is rounded up
     * @return F1 on held-out stories, one per concept
     */
    public double[] random(int latents) {
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            return f1(Baselines.of(selection.x()).random((latents + 1) / 2));
        }
    }

    private double[] f1(Baseline baseline) {
        try (Dictionary dense = baseline.dense()) {
            return best(dense).stream().mapToDouble(ConceptTable.Best::f1).toArray();
        }
    }

    /**
     * Finds the best latent for each concept.
     *
     * @param dictionary the dictionary of the candidate latents
     * @return one entry per concept of {@link StoryCorpus#concepts()}
     * @throws InvalidInputException when the dictionary does not read activations of the width of the site
     */
    public List<ConceptTable.Best> best(Dictionary dictionary) {
        long width = selection.x().getShape().get(1);
        InvalidInputException.require(
                dictionary.dIn() == width,
                () -> "the dictionary reads " + dictionary.dIn() + " columns, expected " + width
                        + ", the width of the site whose concepts are scored");
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            float[] largest = largest(dictionary);
            ConceptCounts training = counts(dictionary, selection, largest);
            ConceptCounts scored = counts(dictionary, heldOut, largest);
            List<ConceptTable.Best> best = new ArrayList<>();
            for (int concept = 0; concept < StoryCorpus.concepts().size(); concept++) {
                int bestThreshold = 0;
                int bestLatent = 0;
                float bestF1 = training.f1(0, 0, concept);
                for (int threshold = 0; threshold < THRESHOLDS.length; threshold++) {
                    for (int latent = 0; latent < largest.length; latent++) {
                        float f1 = training.f1(threshold, latent, concept);
                        if (f1 > bestF1) {
                            bestF1 = f1;
                            bestThreshold = threshold;
                            bestLatent = latent;
                        }
                    }
                }
                best.add(new ConceptTable.Best(bestLatent, scored.f1(bestThreshold, bestLatent, concept)));
            }
            return best;
        }
    }

    /** Returns the maximum of each latent on the training stories, [latents]. */
    private float[] largest(Dictionary dictionary) {
        float[] largest = new float[dictionary.dSae()];
        for (int first = 0; first < selection.rows(); first += CHUNK_ROWS) {
            try (Scope scope = Scope.open()) {
                ConceptCounts.raise(largest, dictionary.encode(selection.chunk(first)));
            }
        }
        return largest;
    }

    private static ConceptCounts counts(Dictionary dictionary, Labelled data, float... largest) {
        ConceptCounts counts =
                new ConceptCounts(THRESHOLDS, largest, StoryCorpus.concepts().size());
        for (int first = 0; first < data.rows(); first += CHUNK_ROWS) {
            try (Scope scope = Scope.open()) {
                counts.add(dictionary.encode(data.chunk(first)), data.tokens().labels(), first);
            }
        }
        counts.finish();
        return counts;
    }

    @Override
    public void close() {
        manager.close();
    }
}
