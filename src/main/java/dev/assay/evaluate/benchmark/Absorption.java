package dev.assay.evaluate.benchmark;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The absorption of a concept's feature on one activation: the latents of the concept are silent or weak, and other latents with the
 * concept's direction replace them.
 *
 * <p>The projection of a latent is its contribution to the activation along the unit probe direction u, {@code f_j (d_j · u)}. SAEBench 0.6.0
 * uses {@code f_j cos(d_j, u)}, which is equal for unit decoder rows.
 *
 * @param probeProjection the projection of the activation on the unit probe direction
 * @param mainActivations the codes of the concept's latents
 * @param mainProjection the sum of the projections of the concept's latents
 * @param absorbing the latents of fractional absorption: those with the largest positive projections, at most
 *     {@link AbsorptionThresholds#absorbingLatents()}
 * @param largestProjection the largest projection of any latent
 * @param fraction the share of the concept that other latents represent, from 0 to 1
 * @param isFull whether all latents of the concept are silent and one other latent represents it
 */
public record Absorption(
        double probeProjection,
        double[] mainActivations,
        double mainProjection,
        List<Integer> absorbing,
        double largestProjection,
        double fraction,
        boolean isFull) {
    private static final double SILENT = 1e-8;

    /**
     * Measures the absorption on one activation.
     *
     * @param x the activation, [d]
     * @param code its code, [F]
     * @param concept the direction of the concept and its similarity to the latents
     * @param thresholds the thresholds
     * @return the absorption
     */
    public static Absorption of(double[] x, double[] code, ConceptDirection concept, AbsorptionThresholds thresholds) {
        double[] projections = concept.projections(code);
        double probe = Rows.dot(x, concept.unit());
        double[] main = Arrays.stream(concept.latents())
                .mapToDouble(latent -> code[latent])
                .toArray();
        double mainProjection = Arrays.stream(concept.latents())
                .mapToDouble(latent -> projections[latent])
                .sum();
        Set<Integer> own = Arrays.stream(concept.latents()).boxed().collect(Collectors.toSet());
        List<Integer> absorbing = IntStream.range(0, code.length)
                .filter(latent -> projections[latent] > 0
                        && concept.cosines()[latent] >= thresholds.fractionCosine()
                        && !own.contains(latent))
                .boxed()
                .sorted(Comparator.comparingDouble((Integer latent) -> -projections[latent]))
                .limit(thresholds.absorbingLatents())
                .toList();
        double absorbed =
                absorbing.stream().mapToDouble(latent -> projections[latent]).sum();
        int largest = IntStream.range(0, code.length)
                .boxed()
                .max(Comparator.comparingDouble(latent -> projections[latent]))
                .orElseThrow();
        boolean full = Arrays.stream(main).allMatch(activation -> activation <= SILENT)
                && concept.cosines()[largest] >= thresholds.fullCosine()
                && probe > 0
                && projections[largest] >= thresholds.proportion() * probe;
        return new Absorption(
                probe,
                main,
                mainProjection,
                absorbing,
                projections[largest],
                fraction(probe, mainProjection, absorbed, thresholds),
                full);
    }

    private static double fraction(double probe, double main, double absorbed, AbsorptionThresholds thresholds) {
        if (probe <= 0 || main >= probe || absorbed < thresholds.proportion() * probe) {
            return 0;
        }
        if (main <= 0) {
            return 1;
        }
        double missing = Math.min(absorbed, probe - main);
        return missing / (missing + main);
    }
}
