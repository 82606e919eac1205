package dev.assay.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Npz;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reader of Gemma Scope dictionaries (Lieberum et al., arXiv 2408.05147): {@code params.npz} with {@code W_enc} [d_in, d_sae], {@code
 * b_enc}, {@code threshold} [d_sae], {@code W_dec} [d_sae, d_out] and {@code b_dec}. All are JumpReLU dictionaries without subtraction of a
 * bias from the input. The file contains neither model nor site, so both are derived from its path. A dictionary is a transcoder if the
 * widths of encoder and decoder differ or its release is named {@code transcoders}.
 */
final class GemmaScope {
    static final String FILE = "params.npz";

    private static final String TRANSCODERS = "transcoders";
    private static final Pattern RELEASE = Pattern.compile("gemma-scope-(\\d+b)-(pt|it)-(res|mlp|att|transcoders)");
    private static final Pattern LAYER = Pattern.compile("layer_(\\d+)");
    private static final Map<String, String> SITES = Map.of(
            "res",
            "blocks.%d.hook_resid_post",
            "mlp",
            "blocks.%d.hook_mlp_out",
            "att",
            "blocks.%d.attn.hook_z",
            TRANSCODERS,
            "blocks.%d.ln2.hook_normalized");

    private GemmaScope() {}

    static SparseAutoencoder read(Path file, Device device) throws IOException {
        try (NDManager manager = TorchEngine.newManager(device);
                Scope scope = Scope.open();
                Npz npz = Npz.open(file)) {
            String encoder = spelling(npz, "W_enc");
            Shape shape = npz.shape(encoder);
            if (shape.dimension() != 2) {
                throw new InvalidInputException(
                        file + ": array " + encoder + " has shape " + shape + ", expected [d_in, d_sae]");
            }
            long dIn = shape.get(0);
            long dSae = shape.get(1);
            long dOut = npz.shape("b_dec").size();
            Weights weights = new Weights(
                    array(npz, encoder, shape, manager).transpose(),
                    array(npz, "b_enc", new Shape(dSae), manager),
                    array(npz, spelling(npz, "W_dec"), new Shape(dSae, dOut), manager),
                    array(npz, "b_dec", new Shape(dOut), manager),
                    Map.of(JumpRelu.THRESHOLD, array(npz, JumpRelu.THRESHOLD, new Shape(dSae), manager)));
            String release = group(RELEASE, file, 3);
            boolean transcodes = dIn != dOut || release.equals(TRANSCODERS);
            return SparseAutoencoder.builder()
                    .architecture(transcodes ? Transcoder.of(new JumpRelu()) : new JumpRelu())
                    .input(new InputOptions(ActivationNormalization.NONE, false, release.equals("att")))
                    .metadata(metadata(file, release))
                    .weights(weights)
                    .build();
        }
    }

    /** Returns the name of a matrix in the file; early files use a lower-case w. */
    private static String spelling(Npz npz, String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return !npz.names().contains(name) && npz.names().contains(small) ? small : name;
    }

    private static NDArray array(Npz npz, String name, Shape expected, NDManager manager) {
        Shape shape = npz.shape(name);
        if (!shape.equals(expected)) {
            throw new InvalidInputException(npz.file() + ": array " + name + " has shape " + shape + ", expected "
                    + expected + " (from W_enc and b_dec)");
        }
        return npz.load(manager, name).toType(DataType.FLOAT32, false);
    }

    private static SaeMetadata metadata(Path file, String release) {
        SaeMetadata.Builder metadata = SaeMetadata.builder();
        if (!release.isEmpty()) {
            String tuned = group(RELEASE, file, 2).equals("it") ? "-it" : "";
            metadata.modelName("google/gemma-2-" + group(RELEASE, file, 1) + tuned);
            String layer = group(LAYER, file, 1);
            if (!layer.isEmpty()) {
                metadata.hookName(String.format(Locale.ROOT, SITES.get(release), Integer.parseInt(layer)));
                if (release.equals(TRANSCODERS)) {
                    metadata.hookNameOut(String.format(Locale.ROOT, SITES.get("mlp"), Integer.parseInt(layer)));
                }
            }
        }
        return metadata.build();
    }

    private static String group(Pattern pattern, Path file, int group) {
        Matcher matcher = pattern.matcher(file.toAbsolutePath().toString());
        return matcher.find() ? matcher.group(group) : "";
    }
}
