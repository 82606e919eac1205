package dev.assay.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.ModuleNames;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.JsonObject;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reader of top-k dictionaries in the sparsify format: {@code cfg.json} and {@code sae.safetensors} with {@code encoder.weight} [d_sae,
 * d_in], {@code encoder.bias}, {@code W_dec} [d_sae, d_out], {@code b_dec} and, for a skip connection, {@code W_skip} [d_out, d_in].
 * Autoencoders subtract {@code b_dec} from their input, transcoders do not.
 */
final class SparsifyFolder {
    static final String WEIGHTS = "sae.safetensors";

    private static final String CONFIG = "cfg.json";
    private static final String ENCODER = "encoder.weight";
    private static final String ENCODER_BIAS = "encoder.bias";
    private static final String DECODER = "W_dec";
    private static final String DECODER_BIAS = "b_dec";
    private static final Set<String> STANDARD_TENSORS = Set.of(ENCODER, ENCODER_BIAS, DECODER, DECODER_BIAS);
    private static final String ACTIVATION = "activation";
    private static final String NUM_LATENTS = "num_latents";

    private SparsifyFolder() {}

    static SparseAutoencoder read(Path folder, Device device) throws IOException {
        JsonObject cfg = JsonObject.read(folder.resolve(CONFIG));
        if (!cfg.text(ACTIVATION, TopK.ID).equals(TopK.ID)) {
            throw cfg.unexpected(ACTIVATION, TopK.ID);
        }
        if (cfg.bool("signed", false)) {
            throw cfg.unexpected("signed", "false, because negative codes are not supported");
        }
        try (NDManager manager = TorchEngine.newManager(device);
                Scope scope = Scope.open();
                Safetensors file = Safetensors.open(folder.resolve(WEIGHTS))) {
            boolean transcodes = cfg.bool("transcode", false);
            boolean skips = file.has(Transcoder.W_SKIP);
            if (skips && !transcodes) {
                throw cfg.unexpected(
                        "transcode", "true, because " + file.file() + " contains the skip connection of a transcoder");
            }
            TopK codes = TopK.read(cfg);
            Weights weights = weights(cfg, file, manager);
            if (codes.k() > weights.dSae()) {
                throw cfg.unexpected("k", "at most the " + weights.dSae() + " latents");
            }
            return SparseAutoencoder.builder()
                    .architecture(transcodes ? new Transcoder(codes, skips) : codes)
                    .metadata(metadata(folder, cfg, transcodes))
                    .weights(weights)
                    .build();
        }
    }

    private static Weights weights(JsonObject cfg, Safetensors file, NDManager manager) {
        int dIn = cfg.positive("d_in");
        // 0 means d_in · expansion_factor.
        long dSae = cfg.integer(NUM_LATENTS, 0) == 0
                ? (long) dIn * cfg.positive("expansion_factor")
                : cfg.positive(NUM_LATENTS);
        long dOut = file.info(DECODER_BIAS).shape().size();
        Map<String, NDArray> extra = new HashMap<>();
        for (String name : file.names()) {
            if (name.equals(Transcoder.W_SKIP)) {
                extra.put(name, tensor(file, name, new Shape(dOut, dIn), manager));
            } else if (!STANDARD_TENSORS.contains(name)) {
                throw new InvalidInputException(
                        file.file() + " contains a tensor " + name + ", which sparsify dictionaries do not have");
            }
        }
        return new Weights(
                tensor(file, ENCODER, new Shape(dSae, dIn), manager),
                tensor(file, ENCODER_BIAS, new Shape(dSae), manager),
                tensor(file, DECODER, new Shape(dSae, dOut), manager),
                tensor(file, DECODER_BIAS, new Shape(dOut), manager),
                extra);
    }

    private static NDArray tensor(Safetensors file, String name, Shape expected, NDManager manager) {
        return SaelensTensors.floats(
                file, name, expected, "d_in and num_latents in " + CONFIG + ", and b_dec", manager);
    }

    /** Returns metadata with the sites of the module that the folder is named after. A transcoder predicts its output from its input. */
    private static SaeMetadata metadata(Path folder, JsonObject cfg, boolean transcodes) {
        SaeMetadata.Builder metadata = SaeMetadata.builder().put("sparsify", cfg.node());
        String module = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
        if (ModuleNames.output(module).isPresent()) {
            metadata.hookModule(module);
        }
        if (transcodes) {
            ModuleNames.input(module).ifPresent(metadata::hookName);
            ModuleNames.output(module).ifPresent(metadata::hookNameOut);
        } else {
            ModuleNames.output(module).ifPresent(metadata::hookName);
        }
        return metadata.build();
    }
}
