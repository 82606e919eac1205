package dev.assay.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A trained dictionary: encodes activations of width d_in to sparse codes of d_sae latents, and decodes codes. Immutable, and
 * safe to use from several threads. Gradients do not pass through it.
 *
 * <p>Results belong to the open {@link Scope}, or else to the manager of the input.
 */
public final class SparseAutoencoder implements AutoCloseable {
    /** Rows are encoded in pieces whose pre-activations take about this much memory. */
    private static final long WORKSPACE_BYTES = 1L << 26;

    private final NDManager manager;
    private final Architecture architecture;
    private final InputOptions input;
    private final SaeMetadata metadata;
    private final Weights weights;
    private final NDArray density;

    SparseAutoencoder(SparseAutoencoderBuilder builder) {
        builder.architecture.check(builder.weights.dSae());
        manager = NDManager.newBaseManager(builder.weights.encoder().getDevice(), "PyTorch");
        architecture = builder.architecture;
        input = builder.input;
        metadata = builder.metadata;
        weights = own(builder.weights);
        density = builder.density == null ? null : own(builder.density);
    }

    private Weights own(Weights from) {
        Map<String, NDArray> more = new HashMap<>();
        from.more().forEach((name, array) -> more.put(name, own(array)));
        return new Weights(
                own(from.encoder()), own(from.encoderBias()), own(from.decoder()), own(from.decoderBias()), more);
    }

    private NDArray own(NDArray array) {
        return Scope.outside(() -> {
            NDArray copy = manager.create(array.getShape(), DataType.FLOAT32);
            Aten.copy_(copy, array);
            return copy;
        });
    }

    /**
     * Starts a dictionary out of its parts.
     *
     * @return a builder
     */
    public static SparseAutoencoderBuilder builder() {
        return new SparseAutoencoderBuilder();
    }

    /**
     * Loads a SAELens folder onto the CPU.
     *
     * @param folder holds {@code cfg.json} and {@code sae_weights.safetensors}
     * @return the dictionary, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if a file is malformed or of an unknown architecture
     */
    public static SparseAutoencoder load(Path folder) throws IOException {
        return load(folder, Device.cpu());
    }

    /**
     * Loads a SAELens folder.
     *
     * @param folder holds {@code cfg.json} and {@code sae_weights.safetensors}
     * @param device where the arrays go
     * @return the dictionary, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if a file is malformed or of an unknown architecture
     */
    public static SparseAutoencoder load(Path folder, Device device) throws IOException {
        return SaelensFolder.read(folder, device);
    }

    /**
     * Saves a SAELens folder. The folder may be absent, empty or hold a dictionary, which is then replaced; a failure leaves what
     * was there.
     *
     * @param folder the folder
     * @throws IOException if a file cannot be written
     * @throws InvalidInputException if the folder holds something else
     */
    public void save(Path folder) throws IOException {
        SaelensFolder.write(this, folder, Set.of());
    }

    /**
     * Returns what is encoded: the activations normalised and, if the dictionary does so, centred by the decoder's bias.
     *
     * @param x [..., d_in], or [..., heads, d_head] for a dictionary that joins heads
     * @return [n, d_in]
     */
    public NDArray input(NDArray x) {
        try (Scope scope = Scope.open()) {
            return scope.keep(centre(input.normalization().apply(rows(x))));
        }
    }

    /**
     * Returns what the activation function is applied to, {@code input(x) · encoderᵀ + encoderBias}, in one dense array.
     *
     * @param x [..., d_in]
     * @return [n, d_sae]
     */
    public NDArray preActivations(NDArray x) {
        try (Scope scope = Scope.open()) {
            NDArray in = input(x);
            NDArray out = in.getManager().create(new Shape(in.getShape().get(0), dSae()));
            weights.preActivations(in, out);
            return scope.keep(out);
        }
    }

    /**
     * Encodes activations.
     *
     * @param x [..., d_in]; leading axes become rows
     * @return the codes, one row an activation
     * @throws InvalidInputException if x is of another width
     */
    public SparseCodes encode(NDArray x) {
        try (Scope scope = Scope.open()) {
            return encodeRows(input(x)).keep(scope);
        }
    }

    private SparseCodes encodeRows(NDArray in) {
        long rows = in.getShape().get(0);
        long step = Math.max(1, WORKSPACE_BYTES / Float.BYTES / dSae());
        try (Scope scope = Scope.open()) {
            NDArray workspace = in.getManager().create(new Shape(Math.min(rows, step), dSae()));
            List<SparseCodes> parts = new ArrayList<>();
            for (long first = 0; first == 0 || first < rows; first += step) {
                long last = Math.min(rows, first + step);
                NDArray piece = in.get(new NDIndex("{}:{}", first, last));
                parts.add(architecture.encode(piece, weights, workspace.get(new NDIndex("{}:{}", 0, last - first))));
            }
            return SparseCodes.concat(parts).keep(scope);
        }
    }

    /**
     * Decodes codes to activations as the dictionary sees them. For a dictionary that normalises each row by its own numbers these
     * are normalised activations, since the codes do not tell the numbers: see {@link #reconstruct}.
     *
     * @param codes the codes of n rows
     * @return [n, d_in]
     */
    public NDArray decode(SparseCodes codes) {
        NDArray decoded = architecture.decode(codes, weights);
        // Made of the weights first, it would stay in their manager.
        decoded.attach(codes.values().getManager());
        return decoded;
    }

    /**
     * Encodes and decodes.
     *
     * @param x [..., d_in], or [..., heads, d_head] for a dictionary that joins heads
     * @return the reconstruction, in the shape of x
     * @throws InvalidInputException if x is of another width
     */
    public NDArray reconstruct(NDArray x) {
        try (Scope scope = Scope.open()) {
            Normalization.Normalized normalized = input.normalization().apply(rows(x));
            NDArray decoded = decode(encodeRows(centre(normalized)));
            return scope.keep(normalized.undo(decoded).reshape(x.getShape()));
        }
    }

    private NDArray rows(NDArray x) {
        Shape shape = x.getShape();
        int axes = shape.dimension();
        long width = axes == 0 ? 1 : shape.get(axes - 1);
        if (input.joinHeads() && width != dIn() && axes > 1) {
            width *= shape.get(axes - 2);
        }
        if (width != dIn()) {
            throw new InvalidInputException(
                    "activations of shape " + shape + " do not fit the dictionary, expected a last axis of " + dIn());
        }
        return x.toType(DataType.FLOAT32, false).reshape(x.size() / dIn(), dIn());
    }

    private NDArray centre(Normalization.Normalized normalized) {
        return input.subtractDecoderBias() ? normalized.values().sub(weights.decoderBias()) : normalized.values();
    }

    /**
     * Moves the norms of the decoder's rows into the encoder.
     *
     * @return a new dictionary with the same reconstructions, whose decoder rows have norm 1
     * @throws InvalidInputException if folding would change what this architecture computes
     */
    public SparseAutoencoder foldDecoderNorm() {
        try (Scope scope = Scope.open()) {
            return toBuilder().weights(architecture.foldDecoderNorm(weights)).build();
        }
    }

    /**
     * Moves the factor that scaled the activations in training into the weights, so that the dictionary takes activations as the
     * model gives them: the encoder times the factor, decoder and decoder bias divided by it.
     *
     * @param scale what the activations were multiplied by, above 0
     * @return a new dictionary without normalisation
     */
    public SparseAutoencoder foldActivationNorm(double scale) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new InvalidInputException("the activation scale is " + scale + ", expected a number above 0");
        }
        float factor = (float) scale;
        try (Scope scope = Scope.open()) {
            Weights folded = new Weights(
                    weights.encoder().mul(factor),
                    weights.encoderBias(),
                    weights.decoder().div(factor),
                    weights.decoderBias().div(factor),
                    weights.more());
            return toBuilder()
                    .weights(folded)
                    .input(new InputOptions(Normalization.NONE, input.subtractDecoderBias(), input.joinHeads()))
                    .build();
        }
    }

    /**
     * Returns the width of the activations.
     *
     * @return d_in
     */
    public int dIn() {
        return weights.dIn();
    }

    /**
     * Returns the number of latents.
     *
     * @return d_sae
     */
    public int dSae() {
        return weights.dSae();
    }

    /**
     * Returns the kind of dictionary.
     *
     * @return the architecture with its numbers
     */
    public Architecture architecture() {
        return architecture;
    }

    /**
     * Returns what happens to activations before they are encoded.
     *
     * @return the options
     */
    public InputOptions input() {
        return input;
    }

    /**
     * Returns where the dictionary comes from.
     *
     * @return the metadata
     */
    public SaeMetadata metadata() {
        return metadata;
    }

    /**
     * Returns the arrays, to be left unchanged and open.
     *
     * @return the arrays
     */
    public Weights weights() {
        return weights;
    }

    /**
     * Returns the encoder, one latent a row.
     *
     * @return [d_sae, d_in]
     */
    public NDArray encoder() {
        return weights.encoder();
    }

    /**
     * Returns the encoder's bias.
     *
     * @return [d_sae]
     */
    public NDArray encoderBias() {
        return weights.encoderBias();
    }

    /**
     * Returns the decoder, one latent a row.
     *
     * @return [d_sae, d_in]
     */
    public NDArray decoder() {
        return weights.decoder();
    }

    /**
     * Returns the decoder's bias.
     *
     * @return [d_in]
     */
    public NDArray decoderBias() {
        return weights.decoderBias();
    }

    /**
     * Returns how often each latent fires, if that was measured.
     *
     * @return [d_sae], the share of tokens
     */
    public Optional<NDArray> density() {
        return Optional.ofNullable(density);
    }

    /**
     * Returns the device that the arrays are on.
     *
     * @return the device
     */
    public Device device() {
        return manager.getDevice();
    }

    /**
     * Starts a changed copy.
     *
     * @return a builder that holds the parts of this dictionary
     */
    public SparseAutoencoderBuilder toBuilder() {
        return new SparseAutoencoderBuilder()
                .architecture(architecture)
                .weights(weights)
                .input(input)
                .metadata(metadata)
                .density(density);
    }

    @Override
    public void close() {
        manager.close();
    }
}
