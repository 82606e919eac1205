package dev.assay.evaluate.concept;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How a dictionary represents the concepts of generated stories. All numbers are of held-out stories.
 *
 * @param l0 the mean number of active latents per token
 * @param concepts one entry per concept, in the order of {@link dev.assay.text.story.StoryCorpus#concepts()}
 * @param inclusions one entry per inclusion whose parent and child occur in training and held-out stories
 */
public record ConceptQuality(double l0, List<OfConcept> concepts, List<OfInclusion> inclusions) {
    /** Copies the lists. */
    public ConceptQuality {
        concepts = List.copyOf(concepts);
        inclusions = List.copyOf(inclusions);
    }

    /**
     * One concept.
     *
     * @param name its name
     * @param share the share of the tokens that have it
     * @param sparseF1 the F1 of the probes of 1, 2, … latents
     * @param latents the number of latents among which it is split
     */
    public record OfConcept(String name, double share, List<Double> sparseF1, int latents) {
        /** Copies the list. */
        public OfConcept {
            sparseF1 = List.copyOf(sparseF1);
        }

        /**
         * Returns the F1 of a sparse probe.
         *
         * @param k the number of latents, at least 1
         * @return the F1 of the largest probe of at most k latents; 0 without a probe
         */
        public double f1(int k) {
            return sparseF1.isEmpty() ? 0 : sparseF1.get(Math.min(k, sparseF1.size()) - 1);
        }
    }

    /**
     * The absorption of a parent concept on the tokens of a child concept.
     *
     * @param parent the name of the parent
     * @param child the name of the child
     * @param recallOnChild the share of the child's tokens that the parent's latents detect
     * @param recallOnOthers the share of the parent's other tokens that they detect
     * @param absorbed the share of the child's tokens on which all latents of the parent are silent and the child's latent is active
     * @param fullRate the rate of full absorption by SAEBench's definition, relative to a probe of the parent; NaN without a true positive
     * @param fraction the mean absorption fraction by SAEBench's definition; NaN without a true positive
     */
    public record OfInclusion(
            String parent,
            String child,
            double recallOnChild,
            double recallOnOthers,
            double absorbed,
            double fullRate,
            double fraction) {}

    /**
     * Returns the number of concepts that probes find.
     *
     * @param k the number of latents
     * @param least the smallest F1 of a concept that is found
     * @return the number of concepts
     */
    public long found(int k, double least) {
        return concepts.stream()
                .filter(concept -> concept.share() > 0 && concept.f1(k) >= least)
                .count();
    }

    /**
     * Returns the mean F1 of probes over the concepts that occur.
     *
     * @param k the number of latents
     * @return the mean
     */
    public double meanF1(int k) {
        return concepts.stream()
                .filter(concept -> concept.share() > 0)
                .mapToDouble(concept -> concept.f1(k))
                .average()
                .orElse(Double.NaN);
    }

    /** {@return the mean number of latents of a concept that occurs} */
    public double meanLatents() {
        return concepts.stream()
                .filter(concept -> concept.share() > 0)
                .mapToDouble(OfConcept::latents)
                .average()
                .orElse(Double.NaN);
    }

    /**
     * Returns the mean of a number over inclusions, without those for which it is undefined.
     *
     * @param number such as {@code OfInclusion::absorbed}
     * @return the mean; NaN if it is undefined for all
     */
    public double mean(ToDoubleFunction<OfInclusion> number) {
        return inclusions.stream()
                .mapToDouble(number)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }
}
