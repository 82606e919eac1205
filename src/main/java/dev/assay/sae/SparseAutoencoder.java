package dev.assay.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.hub.Hub;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A trained dictionary: encodes activations of width d_in to sparse codes of d_sae latents, and decodes codes. Immutable, and
 * safe to use from several threads. Gradients do not pass through it.
 *
 * <p>Results belong to the open {@link Scope}, or else to the manager of the input.
 */
public final class SparseAutoencoder implements Dictionary {
    /** Rows are encoded in pieces whose pre-activations take about this much memory. */
    private final NDManager manager;

    private final Architecture architecture;
    private final InputOptions input;
    private final SaeMetadata metadata;
    private final Weights weights;
    private final NDArray density;

    SparseAutoencoder(SparseAutoencoderBuilder builder) {
        manager = TorchEngine.newManager(builder.weights.encoder().getDevice());
        architecture = builder.architecture;
        input = builder.input;
        metadata = builder.metadata;
        weights = builder.weights.copy(manager);
        density = builder.density == null ? null : Weights.copy(builder.density, manager);
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
     * Loads a dictionary onto the CPU.
     *
     * @param path as {@link #load(Path, Device)} takes it
     * @return the dictionary, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if a file is malformed or of an unknown kind
     */
    public static SparseAutoencoder load(Path path) throws IOException {
        return load(path, Device.cpu());
    }

    /**
     * Loads a dictionary in whichever known format it is: a folder of SAELens ({@code cfg.json}, {@code sae_weights.safetensors}),
     * of sparsify ({@code cfg.json}, {@code sae.safetensors}), or of Gemma Scope ({@code params.npz}, also as a file by itself).
     *
     * @param path the folder or file
     * @param device where the arrays go
     * @return the dictionary, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if a file is malformed or of an unknown kind
     */
    public static SparseAutoencoder load(Path path, Device device) throws IOException {
        return DictionaryFiles.read(path, device);
    }

    /**
     * Loads a dictionary of the Hugging Face hub, downloading it unless it is in the cache.
     *
     * @param repository such as {@code google/gemma-scope-2b-pt-res} or {@code org/name@revision}
     * @param folder the folder in the repository, with slashes; empty for its top
     * @param device where the arrays go
     * @return the dictionary, to be closed
     * @throws IOException if the hub cannot be reached or a file cannot be read
     * @throws InvalidInputException if the folder holds no dictionary or one that cannot be read
     */
    public static SparseAutoencoder load(String repository, String folder, Device device) throws IOException {
        return DictionaryFiles.read(Hub.fromEnvironment(), repository, folder, device);
    }

    /**
     * Loads a dictionary of the Hugging Face hub onto the CPU, as {@link #load(String, String, Device)} does.
     *
     * @param repository its name
     * @param folder its folder
     * @return the dictionary, to be closed
     * @throws IOException as there
     */
    public static SparseAutoencoder load(String repository, String folder) throws IOException {
        return load(repository, folder, Device.cpu());
    }

    /**
     * Saves a SAELens folder, which may be absent, empty or hold a dictionary to be replaced; a failure leaves what was there.
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
            return scope.keep(centre(input.normalization().apply(shape().rows(x))));
        }
    }

    /**
     * Returns what the activation function is applied to, {@code input(x) · encoderᵀ + encoderBias} unless the architecture says
     * otherwise, in one dense array.
     *
     * @param x [..., d_in]
     * @return [n, d_sae]
     */
    public NDArray preActivations(NDArray x) {
        try (Scope scope = Scope.open()) {
            NDArray in = input(x);
            NDArray out = in.getManager().create(new Shape(in.getShape().get(0), dSae()));
            architecture.preActivations(in, weights, out);
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
    @Override
    public SparseCodes encode(NDArray x) {
        try (Scope scope = Scope.open()) {
            return encodeRows(input(x)).keep(scope);
        }
    }

    private SparseCodes encodeRows(NDArray in) {
        long rows = in.getShape().get(0);
        long step = ChunkSizes.rowsWithin(ChunkSizes.WORKSPACE, dSae());
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
     * @return [n, d_out]
     */
    @Override
    public NDArray decode(SparseCodes codes) {
        NDArray decoded = architecture.decode(codes, weights);
        // Made of the weights first, it would stay in their manager.
        decoded.attach(codes.values().getManager());
        return decoded;
    }

    /**
     * Decodes codes to activations as the model makes them, whatever the codes went through since they were made.
     *
     * @param codes the codes of n rows
     * @param x the activations that were encoded, [..., d_in], n rows: they tell what undoes the normalisation, and what a skip
     *     connection adds
     * @return what {@link #reconstruct} returns of x if the codes are those of x
     * @throws InvalidInputException if x is of another width
     */
    public NDArray decode(SparseCodes codes, NDArray x) {
        try (Scope scope = Scope.open()) {
            NDArray rows = shape().rows(x);
            return scope.keep(output(codes, x, rows, input.normalization().apply(rows)));
        }
    }

    /**
     * Encodes and decodes.
     *
     * @param x [..., d_in], or [..., heads, d_head] for a dictionary that joins heads
     * @return the reconstruction, in the shape of x; of a transcoder its prediction, [..., d_out]
     * @throws InvalidInputException if x is of another width
     */
    @Override
    public NDArray reconstruct(NDArray x) {
        try (Scope scope = Scope.open()) {
            NDArray rows = shape().rows(x);
            ActivationNormalization.Normalized normalized =
                    input.normalization().apply(rows);
            return scope.keep(output(encodeRows(centre(normalized)), x, rows, normalized));
        }
    }

    private NDArray output(SparseCodes codes, NDArray x, NDArray rows, ActivationNormalization.Normalized normalized) {
        Shape shape = x.getShape();
        return architecture
                .output(decode(codes), rows, normalized, weights)
                .reshape(architecture.reconstructsInput() ? shape : shape().replaced(shape, dOut()));
    }

    private RowShape shape() {
        return new RowShape(dIn(), input.joinHeads());
    }

    private NDArray centre(ActivationNormalization.Normalized normalized) {
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
     * model gives them: the encoder times the factor, decoder and decoder bias divided by it. All else is on the scale of
     * pre-activations, which stays. The activations that a transcoder predicts count as scaled by the same factor.
     *
     * @param scale what the activations were multiplied by, above 0
     * @return a new dictionary without normalisation
     */
    public SparseAutoencoder foldActivationNorm(double scale) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new InvalidInputException("the activation scale is " + scale + ", expected a number above 0");
        }
        try (Scope scope = Scope.open()) {
            return toBuilder()
                    .architecture(architecture.foldActivationNorm(scale))
                    .weights(weights.foldActivationNorm((float) scale))
                    .input(new InputOptions(
                            ActivationNormalization.NONE, input.subtractDecoderBias(), input.joinHeads()))
                    .build();
        }
    }

    /**
     * Returns the width of the activations.
     *
     * @return d_in
     */
    @Override
    public int dIn() {
        return weights.dIn();
    }

    /**
     * Returns the width of what is decoded.
     *
     * @return d_out, which is d_in except for a transcoder
     */
    public int dOut() {
        return weights.dOut();
    }

    /**
     * Returns the number of latents.
     *
     * @return d_sae
     */
    @Override
    public int dSae() {
        return weights.dSae();
    }

    @Override
    public boolean transcodes() {
        return architecture instanceof Transcoder;
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
    @Override
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
     * @return [d_sae, d_out]
     */
    @Override
    public NDArray decoder() {
        return weights.decoder();
    }

    /**
     * Returns what a code of 1 adds to the reconstruction, before a normalisation of the row is undone: the decoder, or, of a
     * dictionary whose codes count times the norms of its rows, the decoder with rows of norm 1.
     *
     * @return [d_sae, d_out], to be left unchanged; the decoder itself where it is the same
     */
    public NDArray directions() {
        return architecture.directions(weights);
    }

    /**
     * Returns the {@linkplain #directions() directions} of some latents.
     *
     * @param latents int64 [m], each 0 to d_sae − 1
     * @return [m, d_out]
     */
    public NDArray directions(NDArray latents) {
        try (Scope scope = Scope.open()) {
            NDArray chosen = scope.keep(Aten.indexSelect(directions(), 0, latents));
            chosen.attach(latents.getManager());
            return chosen;
        }
    }

    /**
     * Returns the decoder's bias.
     *
     * @return [d_out]
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
