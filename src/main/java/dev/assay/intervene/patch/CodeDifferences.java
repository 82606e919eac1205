package dev.assay.intervene.patch;

import dev.assay.attach.CodeEntries;
import dev.assay.sae.SparseCodes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The differences c̄ − c between the codes of a counterfactual and a clean run, restricted to latents that differ at some row.
 *
 * @param latents the latents that differ, ascending
 * @param values [rows · latents], row by row
 */
record CodeDifferences(List<Integer> latents, float[] values) {
    /**
     * Subtracts codes.
     *
     * @param clean codes of n rows
     * @param counterfactual codes of the same rows
     * @param included whether each row has codes; the others have none
     */
    static CodeDifferences of(SparseCodes clean, SparseCodes counterfactual, boolean[] included) {
        CodeEntries before = new CodeEntries(clean);
        CodeEntries after = new CodeEntries(counterfactual);
        List<Map<Integer, Double>> rows = new ArrayList<>();
        TreeSet<Integer> differing = new TreeSet<>();
        for (int row = 0; row < included.length; row++) {
            Map<Integer, Double> difference = new HashMap<>();
            if (included[row]) {
                before.row(row, (latent, code) -> difference.merge(latent, -code, Double::sum));
                after.row(row, (latent, code) -> difference.merge(latent, code, Double::sum));
                difference.values().removeIf(value -> value == 0);
                differing.addAll(difference.keySet());
            }
            rows.add(difference);
        }
        List<Integer> latents = List.copyOf(differing);
        Map<Integer, Integer> columns = new HashMap<>();
        latents.forEach(latent -> columns.put(latent, columns.size()));
        float[] values = new float[rows.size() * latents.size()];
        for (int row = 0; row < rows.size(); row++) {
            int start = row * latents.size();
            rows.get(row).forEach((latent, value) -> values[start + columns.get(latent)] = value.floatValue());
        }
        return new CodeDifferences(latents, values);
    }
}
