package dev.assay.model.spi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.TransformerConfig;
import java.util.Set;

/**
 * A model family: the configuration keys and the tensor names that Hugging Face uses for one {@code model_type}.
 *
 * <p>Register an implementation with a public no-argument constructor for {@link java.util.ServiceLoader}, in a file
 * {@code META-INF/services/dev.assay.model.spi.ModelFamily} that contains the name of the class. Checkpoints with its
 * {@code model_type} then load by {@link dev.assay.model.HookedTransformer#load(String)} and on the command line.
 */
public interface ModelFamily {
    /** {@return the {@code model_type} in config.json} */
    String modelType();

    /**
     * Reads the configuration of a checkpoint. Must reject settings that the generic transformer does not compute, see
     * {@link ConfigFile#expect}.
     *
     * @param file the config.json, in any spelling that checkpoints of the family use
     * @return the configuration, built with {@link TransformerConfig#builder(String)} or a method for a built-in family
     * @throws dev.assay.InvalidInputException when a field is missing, or its value is not supported
     */
    TransformerConfig read(ConfigFile file);

    /**
     * Writes the fields of config.json that depend on the family. The fields {@code model_type}, {@code vocab_size},
     * {@code tie_word_embeddings} and the special tokens are written by the caller.
     *
     * @param config a configuration of this family
     * @param json the object to add the fields to
     */
    void write(TransformerConfig config, ObjectNode json);

    /** {@return the tensor names of a checkpoint with this configuration} */
    WeightTable weights(TransformerConfig config);

    /**
     * Returns the name of a tensor in a particular checkpoint, for families whose checkpoints differ in a prefix.
     *
     * @param name a name from {@link #weights}
     * @param tensors the names of all tensors in the checkpoint
     * @return the name in the checkpoint; by default, the same name
     */
    default String nameIn(Set<String> tensors, String name) {
        return name;
    }

    /** {@return the name without a prefix, when the checkpoint has no tensor of the full name} */
    static String withOrWithout(String prefix, Set<String> tensors, String name) {
        boolean bare = !tensors.contains(name) && name.startsWith(prefix);
        return bare ? name.substring(prefix.length()) : name;
    }
}
