package dev.assay.train.metrics;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a report says of a run beside its numbers.
 *
 * @param title such as the name of its folder
 * @param subtitle such as where its activations are from
 * @param steps of the whole run
 * @param batch the activations of a step
 * @param options everything that was chosen, an object that may hold objects
 */
public record RunInfo(String title, String subtitle, long steps, int batch, JsonNode options) {}
