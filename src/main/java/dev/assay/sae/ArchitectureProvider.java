package dev.assay.sae;

import dev.assay.checkpoint.Safetensors;
import dev.assay.io.JsonObject;

/**
 * Reads an architecture from the folder of a dictionary. Providers are found by {@link java.util.ServiceLoader}: name the implementing class,
 * which needs a public constructor without parameters, in {@code META-INF/services/dev.assay.sae.ArchitectureProvider}. Dictionaries whose
 * {@code cfg.json} has the provider's {@code id} as {@code architecture} can then be loaded, and are evaluated, inspected and saved like any
 * other.
 */
public interface ArchitectureProvider {
    /**
     * Returns the name of the architecture.
     *
     * @return the value of {@code architecture} in {@code cfg.json}, equal to {@link Architecture#id}
     */
    String id();

    /**
     * Reads the options of the architecture. The tensors of {@link Architecture#extraShapes} are read by the caller.
     *
     * @param cfg the content of {@code cfg.json}
     * @param weights the file of weights, for options that are stored as tensors
     * @return the architecture
     * @throws dev.assay.InvalidInputException if an option is missing or out of range
     */
    Architecture read(JsonObject cfg, Safetensors weights);

    /**
     * Returns whether transcoders may use this architecture for their codes, under the names {@code <id>_transcoder} and
     * {@code <id>_skip_transcoder}.
     *
     * @return true unless overridden
     */
    default boolean supportsTranscoders() {
        return true;
    }
}
