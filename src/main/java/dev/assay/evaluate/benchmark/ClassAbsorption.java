package dev.assay.evaluate.benchmark;

import java.util.List;

/**
 * The absorption of one class over the activations that its probe detects.
 *
 * @param name the class, a letter in SAEBench
 * @param latents the split latents
 * @param rows the absorption of each true positive of the probe
 */
public record ClassAbsorption(String name, List<Integer> latents, List<Absorption> rows) {
    /** Copies the lists. */
    public ClassAbsorption {
        latents = List.copyOf(latents);
        rows = List.copyOf(rows);
    }

    /** {@return the mean absorption fraction; NaN without true positives} */
    public double fraction() {
        return rows.stream().mapToDouble(Absorption::fraction).average().orElse(Double.NaN);
    }

    /** {@return the number of true positives with full absorption} */
    public long full() {
        return rows.stream().filter(Absorption::isFull).count();
    }

    /** {@return the share of true positives with full absorption; NaN without true positives} */
    public double fullRate() {
        return rows.isEmpty() ? Double.NaN : (double) full() / rows.size();
    }
}
