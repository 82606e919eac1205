package dev.assay.feature.page;

import java.util.List;
import java.util.Map;

/**
 * The measurements of a dictionary that its page shows.
 *
 * @param metrics by name, in display order
 * @param remarks sentences about the metrics, without a full stop
 * @param concepts how well the concepts of a labelled corpus are found; empty if they were not measured
 */
record Measurements(Map<String, Double> metrics, List<String> remarks, List<ConceptRow> concepts) {}
