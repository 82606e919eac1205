package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.checkpoint.SafetensorsWriter;
import dev.assay.io.AtomicFiles;
import dev.assay.io.IoConsumer;
import dev.assay.io.Json;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.internal.family.ModelFamilies;
import dev.assay.model.internal.family.StoredWeight;
import dev.assay.model.internal.network.Parameters;
import dev.assay.model.internal.network.WeightInitialization;
import dev.assay.model.spi.ModelFamily;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Writes a model as a Hugging Face folder. */
final class ModelFolder {
    private static final String CONFIG = "config.json";

    private final TransformerConfig config;
    private final ModelFamily family;
    private final Parameters parameters;
    private final ModelTokenizer tokenizer;

    ModelFolder(TransformerConfig config, Parameters parameters, ModelTokenizer tokenizer) {
        this.config = config;
        this.family = ModelFamilies.find(config.family(), "the model's family");
        this.parameters = parameters;
        this.tokenizer = tokenizer;
    }

    /** Writes all files, or none when writing fails. */
    void write(Path folder, Precision precision) throws IOException {
        requireModelFolder(folder);
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (StoredWeight weight : StoredWeight.of(family, config)) {
                NDArray inOrder = weight.layout().toFile(weight.rowsOf(parameters.get(weight.parameter())), config);
                tensors.put(
                        weight.name(),
                        precision == Precision.FLOAT16 ? inOrder.toType(DataType.FLOAT16, false) : inOrder);
            }
            Map<Path, IoConsumer<OutputStream>> files = new LinkedHashMap<>();
            Map<String, String> metadata = Map.of("format", "pt");
            SafetensorsWriter weights = precision == Precision.BFLOAT16
                    ? Safetensors.brainFloatWriter(tensors, metadata)
                    : Safetensors.writer(tensors, metadata);
            files.put(folder.resolve("model.safetensors"), weights::writeTo);
            tokenizer.files().forEach((name, content) -> files.put(folder.resolve(name), out -> out.write(content)));
            files.put(folder.resolve("generation_config.json"), json(generationConfig()));
            files.put(folder.resolve(CONFIG), json(config(precision)));
            AtomicFiles.writeAll(files);
        }
    }

    /** Rejects a folder with files that are not those of a model. */
    private static void requireModelFolder(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a folder");
        }
        try (Stream<Path> content = Files.list(folder)) {
            boolean foreign = content.findAny().isPresent() && !Files.exists(folder.resolve(CONFIG));
            if (foreign) {
                throw new InvalidInputException(
                        folder + " has files but no " + CONFIG + ", expected an empty folder or a model to replace");
            }
        }
    }

    private ObjectNode config(Precision precision) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("model_type", family.modelType());
        family.write(config, json);
        json.put("vocab_size", config.vocabularySize());
        json.put("tie_word_embeddings", config.tied());
        json.put("initializer_range", WeightInitialization.DEVIATION);
        json.put("use_cache", true);
        // The names before and since transformers 5.
        json.put("torch_dtype", precision.toString());
        json.put("dtype", precision.toString());
        return withSpecialTokens(json);
    }

    private ObjectNode generationConfig() {
        return withSpecialTokens(Json.mapper().createObjectNode());
    }

    private ObjectNode withSpecialTokens(ObjectNode json) {
        putId(json, "bos_token_id", tokenizer.bosId());
        putId(json, "eos_token_id", tokenizer.eosId());
        return json;
    }

    private static void putId(ObjectNode json, String key, int id) {
        if (id < 0) {
            json.putNull(key);
        } else {
            json.put(key, id);
        }
    }

    private static IoConsumer<OutputStream> json(ObjectNode content) {
        return out -> out.write(Json.pretty(content).getBytes(StandardCharsets.UTF_8));
    }
}
