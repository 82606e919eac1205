package dev.assay.toy;

import java.util.Map;

/**
 * The measurements of one dictionary of one seed.
 *
 * @param member the dictionary
 * @param figures the measured figures; NaN where a figure is undefined
 */
public record ToyMeasurement(ToyMember member, Map<ToyFigure, Double> figures) {
    /** Copies the map. */
    public ToyMeasurement {
        figures = Map.copyOf(figures);
    }
}
