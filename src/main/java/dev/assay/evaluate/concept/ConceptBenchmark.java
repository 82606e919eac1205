package dev.assay.evaluate.concept;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.benchmark.Absorption;
import dev.assay.evaluate.benchmark.AbsorptionThresholds;
import dev.assay.evaluate.benchmark.ClassAbsorption;
import dev.assay.evaluate.benchmark.ConceptDirection;
import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.evaluate.benchmark.SplitLatents;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.text.story.Concept;
import dev.assay.text.story.ConceptInclusion;
import dev.assay.text.story.StoryCorpus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures how dictionaries represent labelled concepts. Latents, weights, thresholds and splits are selected on training tokens; all results are
 * of held-out tokens.
 *
 * <p>Absorption is measured twice. The exact measure needs no probe, since the inclusions of the concepts are known: a token of a child concept is
 * absorbed if the latents of the parent are silent and the latent of the child is active. The other is SAEBench's, relative to a linear probe of the parent.
 */
public final class ConceptBenchmark {
    private final int largest;
    private final Map<Integer, LinearProbe> parents; // empty if only codes are known
    private final double[][] heldOut; // activations, [n, d]

    /**
     * Creates a benchmark.
     *
     * @param largest the largest number of latents of a sparse probe, at least 1
     * @param probes the probe of the activations of each parent concept that occurs, by index
     * @param heldOut activations of the held-out tokens, [n, d]
     */
    public ConceptBenchmark(int largest, Map<Integer, LinearProbe> probes, double[][] heldOut) {
        InvalidInputException.requireAtLeast(1, "the largest number of latents of a probe", largest);
        this.largest = largest;
        this.parents = new HashMap<>(probes);
        this.heldOut = heldOut;
    }

    /**
     * Measures a dictionary.
     *
     * @param training codes of the training tokens
     * @param held codes of the held-out tokens
     * @param dictionary the directions of the latents
     * @return the measurement
     */
    public ConceptQuality measure(LabelledCodes training, LabelledCodes held, Float64Dictionary dictionary) {
        List<Concept> concepts = StoryCorpus.concepts();
        LatentPursuit pursuit = new LatentPursuit(training);
        List<ConceptQuality.OfConcept> results = new ArrayList<>();
        Map<Integer, SparseConceptProbe> first = new HashMap<>();
        Map<Integer, SparseConceptProbe> split = new HashMap<>();
        for (int concept = 0; concept < concepts.size(); concept++) {
            List<SparseConceptProbe> probes = List.of();
            if (isMixed(training.has(concept))) {
                probes = pursuit.fit(concept, largest);
            }
            if (!probes.isEmpty()) {
                first.put(concept, probes.get(0));
                split.put(concept, split(probes));
            }
            results.add(result(concept, probes, held, split.get(concept)));
        }
        List<ConceptQuality.OfInclusion> inclusions = new ArrayList<>();
        for (ConceptInclusion inclusion : ConceptInclusion.all()) {
            SparseConceptProbe parent = split.get(inclusion.parentIndex());
            SparseConceptProbe child = first.get(inclusion.childIndex());
            if (parent != null && child != null && isMixed(held.has(inclusion.childIndex()))) {
                inclusions.add(inclusion(inclusion, parent, child, held, dictionary));
            }
        }
        return new ConceptQuality(held.l0(), results, inclusions);
    }

    private static ConceptQuality.OfConcept result(
            int concept, List<SparseConceptProbe> probes, LabelledCodes held, SparseConceptProbe split) {
        List<Double> f1 = probes.stream().map(probe -> probe.f1(held, concept)).toList();
        boolean[] has = held.has(concept);
        int count = 0;
        for (boolean token : has) {
            count += token ? 1 : 0;
        }
        return new ConceptQuality.OfConcept(
                StoryCorpus.concepts().get(concept).name(),
                (double) count / has.length,
                f1,
                split == null ? 0 : split.latents().length);
    }

    private static boolean isMixed(boolean[] labels) {
        boolean any = false;
        boolean all = true;
        for (boolean label : labels) {
            any |= label;
            all &= label;
        }
        return any && !all;
    }

    private static SparseConceptProbe split(List<SparseConceptProbe> probes) {
        int[] latents = SplitLatents.of(
                probes.stream().map(SparseConceptProbe::latents).toArray(int[][]::new),
                probes.stream().mapToDouble(probe -> probe.threshold().f1()).toArray(),
                AbsorptionThresholds.DEFAULT.f1Jump());
        return probes.get(latents.length - 1);
    }

    private ConceptQuality.OfInclusion inclusion(
            ConceptInclusion inclusion,
            SparseConceptProbe parent,
            SparseConceptProbe child,
            LabelledCodes held,
            Float64Dictionary dictionary) {
        boolean[] ofParent = held.has(inclusion.parentIndex());
        boolean[] ofChild = held.has(inclusion.childIndex());
        boolean[] detected = parent.predictions(held);
        double[] parentCodes = held.columns(parent.latents());
        double[] childCodes = held.columns(child.latents());
        int childTokens = 0;
        int otherTokens = 0;
        int detectedChild = 0;
        int detectedOthers = 0;
        int absorbed = 0;
        for (int token = 0; token < ofChild.length; token++) {
            if (ofChild[token]) {
                childTokens++;
                detectedChild += detected[token] ? 1 : 0;
                absorbed += isSilent(parentCodes, token, parent.latents().length) && childCodes[token] != 0 ? 1 : 0;
            } else if (ofParent[token]) {
                otherTokens++;
                detectedOthers += detected[token] ? 1 : 0;
            }
        }
        ClassAbsorption benchmark = absorption(inclusion, parent, held, dictionary);
        return new ConceptQuality.OfInclusion(
                inclusion.parent().name(),
                inclusion.child().name(),
                (double) detectedChild / childTokens,
                (double) detectedOthers / otherTokens,
                (double) absorbed / childTokens,
                benchmark.fullRate(),
                benchmark.fraction());
    }

    private static boolean isSilent(double[] codes, int token, int width) {
        return Arrays.stream(codes, token * width, (token + 1) * width).allMatch(code -> code == 0);
    }

    /** Measures SAEBench's absorption of the parent on the child's tokens that the parent's probe detects. */
    private ClassAbsorption absorption(
            ConceptInclusion inclusion, SparseConceptProbe parent, LabelledCodes held, Float64Dictionary dictionary) {
        List<Absorption> rows = new ArrayList<>();
        LinearProbe probe = parents.get(inclusion.parentIndex());
        if (probe != null) {
            ConceptDirection direction = ConceptDirection.of(probe.weights(), parent.latents(), dictionary);
            boolean[] ofChild = held.has(inclusion.childIndex());
            for (int token = 0; token < ofChild.length; token++) {
                if (ofChild[token] && probe.score(heldOut[token]) > 0) {
                    rows.add(Absorption.of(heldOut[token], held.code(token), direction, AbsorptionThresholds.DEFAULT));
                }
            }
        }
        return new ClassAbsorption(
                inclusion.parent().name(),
                Arrays.stream(parent.latents()).boxed().toList(),
                rows);
    }
}
