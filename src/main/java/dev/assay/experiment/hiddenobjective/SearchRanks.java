package dev.assay.experiment.hiddenobjective;

import java.util.List;
import java.util.Map;

/**
 * The ranks of the first planted document in the searches of one seed.
 *
 * @param documents the number of ranked documents
 * @param planted the number of planted documents of all biases
 * @param own per method, the ranks of the first document of the query's bias, one per sealed pair
 * @param any per method, the ranks of the first planted document of any bias for the same queries
 * @param aim per method, the rank of the first planted document of any bias for the query about the aim
 * @param trap per method, the ranks of the first document of the query's bias for queries with the words of the documents
 * @param poolings per pooling of the dictionary, the ranks of {@code own}
 */
record SearchRanks(
        int documents,
        int planted,
        Map<String, List<Double>> own,
        Map<String, List<Double>> any,
        Map<String, Double> aim,
        Map<String, List<Double>> trap,
        Map<String, List<Double>> poolings) {}
