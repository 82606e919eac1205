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
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reader of Gemma Scope dictionaries (Lieberum et al., arXiv 2408.05147): {@code params.npz} with {@code W_enc} [d_in, d_sae], {@code
 * b_enc}, {@code threshold} [d_sae], {@code W_dec} [d_sae, d_out] and {@code b_dec}. All are JumpReLU dictionaries without subtraction of a
 * bias from the input. The file contains neither model nor site, so both are derived from its path. A dictionary is a transcoder if the
 * widths of encoder and decoder differ or its release is named {@code transcoders}.
 *
 * <p>The dictionaries of token embeddings, in folders {@code embedding/…}, were trained on embeddings e before Gemma multiplies them by √d.
 * The site {@code hook_embed} has the product x = e·√d, so that {@code W_enc} is divided and {@code W_dec} multiplied by √d, as in SAELens.
 *
 * <p>An array {@code scaling_factor} [d_sae] other than 1, which fine-tuning of decoders leaves, and any unknown array is refused.
 */
final class GemmaScope {
    static final String FILE = "params.npz";

    private static final String TRANSCODERS = "transcoders";
    private static final String SCALING_FACTOR = "scaling_factor";
    private static final Set<String> ARRAYS =
            Set.of("W_enc", "w_enc", "W_dec", "w_dec", "b_enc", "b_dec", JumpRelu.THRESHOLD);
    /** The context length in tokens of the activations of all releases. */
    private static final int CONTEXT = 1024;

    private static final Pattern EMBEDDING =
            Pattern.compile("embedding/(width_[^/]+/)?(average_l0_[^/]+/)?params\\.npz$");
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
            requireKnown(npz, manager);
            boolean embeds = EMBEDDING.matcher(slashes(file)).find();
            NDArray encoding = array(npz, encoder, shape, manager);
            NDArray decoding = array(npz, spelling(npz, "W_dec"), new Shape(dSae, dOut), manager);
            if (embeds) {
                float root = (float) Math.sqrt(dIn);
                encoding = encoding.div(root);
                decoding = decoding.mul(root);
            }
            Weights weights = new Weights(
                    encoding.transpose(),
                    array(npz, "b_enc", new Shape(dSae), manager),
                    decoding,
                    array(npz, "b_dec", new Shape(dOut), manager),
                    Map.of(JumpRelu.THRESHOLD, array(npz, JumpRelu.THRESHOLD, new Shape(dSae), manager)));
            String release = group(RELEASE, file, 3);
            boolean transcodes = dIn != dOut || release.equals(TRANSCODERS);
            return SparseAutoencoder.builder()
                    .architecture(transcodes ? Transcoder.of(new JumpRelu()) : new JumpRelu())
                    .input(new InputOptions(ActivationNormalization.NONE, false, release.equals("att")))
                    .metadata(metadata(file, release, embeds))
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

    /** Refuses arrays that the computation would leave out. */
    private static void requireKnown(Npz npz, NDManager manager) {
        for (String name : npz.names()) {
            if (name.equals(SCALING_FACTOR)) {
                if (!npz.load(manager, name).eq(1f).all().getBoolean()) {
                    throw new InvalidInputException(npz.file() + " contains an array " + SCALING_FACTOR
                            + " with numbers other than 1, expected a dictionary whose decoder is not rescaled"
                            + " (multiply the rows of W_dec by it)");
                }
            } else if (!ARRAYS.contains(name)) {
                throw new InvalidInputException(
                        npz.file() + " contains an array " + name + ", which dictionaries of Gemma Scope do not have");
            }
        }
    }

    private static SaeMetadata metadata(Path file, String release, boolean embeds) {
        SaeMetadata.Builder metadata = SaeMetadata.builder();
        if (embeds) {
            metadata.hookName("hook_embed");
        }
        if (!release.isEmpty()) {
            String tuned = group(RELEASE, file, 2).equals("it") ? "-it" : "";
            metadata.modelName("google/gemma-2-" + group(RELEASE, file, 1) + tuned)
                    .contextSize(CONTEXT)
                    .prependBos(true);
            String layer = group(LAYER, file, 1);
            if (!embeds && !layer.isEmpty()) {
                metadata.hookName(String.format(Locale.ROOT, SITES.get(release), Integer.parseInt(layer)));
                if (release.equals(TRANSCODERS)) {
                    metadata.hookNameOut(String.format(Locale.ROOT, SITES.get("mlp"), Integer.parseInt(layer)));
                }
            }
        }
        return metadata.build();
    }

    private static String slashes(Path file) {
        return file.toAbsolutePath().toString().replace('\\', '/');
    }

    private static String group(Pattern pattern, Path file, int group) {
        Matcher matcher = pattern.matcher(slashes(file));
        return matcher.find() ? matcher.group(group) : "";
    }
}
