package dev.assay.train.metrics;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Describes a training run.
 *
 * @param title the name of the run: that of its output folder, or of the member of a sweep
 * @param subtitle the source of the activations: hook point, model and text
 * @param steps the number of steps of the whole run
 * @param batch activations per step
 * @param options the training plan, an object that may hold objects
 */
public record RunInfo(String title, String subtitle, long steps, int batch, JsonNode options) {}
