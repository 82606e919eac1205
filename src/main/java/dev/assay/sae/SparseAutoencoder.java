package dev.assay.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
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

/**
 * A trained sparse autoencoder or transcoder. Encodes activations of width d_in to sparse codes of d_sae latents, and decodes codes.
 * Gradients are not propagated. Results belong to the open {@link Scope}, or else to the manager of the input.
 *
 * <p><strong>Threads.</strong> A dictionary is immutable, and any number of threads may use it. {@link #close()} waits for running calls;
 * calls that start later throw an {@link IllegalStateException}. The weights are valid until the dictionary is closed; a thread that reads
 * them while another may close the dictionary does so within {@link #use()}.
 */
public final class SparseAutoencoder implements Dictionary {
    private final NDManager manager;

    private final Architecture architecture;
    private final InputOptions input;
    private final SaeMetadata metadata;
    private final Weights weights;
    private final NDArray density;
    private final Lifetime lifetime = new Lifetime("the dictionary");
    private final List<NDArray> own;

    SparseAutoencoder(SparseAutoencoderBuilder builder) {
        manager = TorchEngine.newManager(builder.weights.encoder().getDevice());
        architecture = builder.architecture;
        input = builder.input;
        metadata = builder.metadata;
        weights = builder.weights.copy(manager);
        density = builder.density == null ? null : Weights.copy(builder.density, manager);
        own = List.copyOf(manager.getManagedArrays());
        own.forEach(NDArray::getShape); // stored in the array, so that sizes can be read at any time
    }

    /**
     * Creates a builder without any parts.
     *
     * @return a builder
     */
    public static SparseAutoencoderBuilder builder() {
        return new SparseAutoencoderBuilder();
    }

    /**
     * Loads a dictionary onto the CPU.
     *
     * @param path the folder or file, see {@link #load(Path, Device)}
     * @return the dictionary, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if a file is malformed or of an unknown kind
     */
    public static SparseAutoencoder load(Path path) throws IOException {
        return load(path, Device.cpu());
    }

    /**
     * Loads a dictionary after detecting its format: a folder of SAELens ({@code cfg.json}, {@code sae_weights.safetensors}), sparsify
     * ({@code cfg.json}, {@code sae.safetensors}) or Gemma Scope ({@code params.npz}, also the path of the file).
     *
     * @param path the folder or file
     * @param device the device of the arrays
     * @return the dictionary, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if a file is malformed or of an unknown kind
     */
    public static SparseAutoencoder load(Path path, Device device) throws IOException {
        return DictionaryFiles.read(path, device);
    }

    /**
     * Loads a dictionary from the Hugging Face hub, downloading it unless it is cached.
     *
     * @param repository such as {@code google/gemma-scope-2b-pt-res} or {@code org/name@revision}
     * @param folder the path of the folder in the repository, separated by slashes; empty for the root
     * @param device the device of the arrays
     * @return the dictionary, to be closed
     * @throws IOException if the hub cannot be reached or a file cannot be read
     * @throws InvalidInputException if the folder contains no dictionary or one that cannot be read
     */
    public static SparseAutoencoder load(String repository, String folder, Device device) throws IOException {
        return DictionaryFiles.read(Hub.fromEnvironment(), repository, folder, device);
    }

    /**
     * Loads a dictionary from the Hugging Face hub onto the CPU, see {@link #load(String, String, Device)}.
     *
     * @param repository the repository
     * @param folder the path of the folder in the repository
     * @return the dictionary, to be closed
     * @throws IOException if the hub cannot be reached or a file cannot be read
     */
    public static SparseAutoencoder load(String repository, String folder) throws IOException {
        return load(repository, folder, Device.cpu());
    }

    /**
     * Saves the dictionary as a SAELens folder. The folder may be absent, empty, the output folder of a training run, or contain a
     * dictionary, which is replaced. A failure leaves the previous content unchanged.
     *
     * @param folder the folder
     * @throws IOException if a file cannot be written
     * @throws InvalidInputException if the folder contains unrelated files
     */
    public void save(Path folder) throws IOException {
        try (Lifetime.Use use = use()) {
            SaelensFolder.write(this, folder, SaelensFolder.COMPANIONS);
        }
    }

    /**
     * Computes the input of the encoder: activations after normalisation and, depending on {@link #input()}, subtraction of the decoder
     * bias.
     *
     * @param x [..., d_in], or [..., heads, d_head] for a dictionary that joins heads
     * @return [n, d_in]
     */
    public NDArray input(NDArray x) {
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
            return scope.keep(centre(input.normalization().apply(shape().rows(x))));
        }
    }

    /**
     * Computes the pre-activations, {@code input(x) · encoderᵀ + encoderBias} unless the architecture overrides them, as one dense array.
     *
     * @param x [..., d_in]
     * @return [n, d_sae]
     */
    public NDArray preActivations(NDArray x) {
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
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
     * @return the codes, one row per activation
     * @throws InvalidInputException if the width of x is not d_in
     */
    @Override
    public SparseCodes encode(NDArray x) {
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
            return encodeRows(input(x)).keep(scope);
        }
    }

    private SparseCodes encodeRows(NDArray in) {
        long rows = in.getShape().get(0);
        long step = ChunkSizes.rowsWithin(ChunkSizes.WORKSPACE, dSae());
        try (Scope scope = Scope.open()) {
            NDArray workspace = in.getManager().create(new Shape(Math.min(rows, step), dSae()));
            List<SparseCodes> chunks = new ArrayList<>();
            for (long first = 0; first == 0 || first < rows; first += step) {
                long last = Math.min(rows, first + step);
                NDArray chunk = in.get(new NDIndex("{}:{}", first, last));
                chunks.add(architecture.encode(chunk, weights, workspace.get(new NDIndex("{}:{}", 0, last - first))));
            }
            return SparseCodes.concat(chunks).keep(scope);
        }
    }

    /**
     * Decodes codes without inverting the normalisation. For a dictionary with normalisation per row the result is in normalised units,
     * because codes do not contain the scale and shift of a row; see {@link #reconstruct}.
     *
     * @param codes the codes of n rows
     * @return [n, d_out]
     */
    @Override
    public NDArray decode(SparseCodes codes) {
        try (Lifetime.Use use = use()) {
            NDArray decoded = architecture.decode(codes, weights);
            // Without this call the result would belong to the manager of the weights.
            decoded.attach(codes.values().getManager());
            return decoded;
        }
    }

    /**
     * {@inheritDoc}
     *
     * @param x the encoded activations, [..., d_in], n rows; they determine the inverse of the normalisation and the skip connection
     * @throws InvalidInputException if the width of x is not d_in
     */
    @Override
    public NDArray decode(SparseCodes codes, NDArray x) {
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
            NDArray rows = shape().rows(x);
            return scope.keep(output(codes, x, rows, input.normalization().apply(rows)));
        }
    }

    /**
     * Encodes activations and decodes the codes.
     *
     * @param x [..., d_in], or [..., heads, d_head] for a dictionary that joins heads
     * @return the reconstruction in the shape of x, or the prediction of a transcoder, [..., d_out]
     * @throws InvalidInputException if the width of x is not d_in
     */
    @Override
    public NDArray reconstruct(NDArray x) {
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
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
                .reshape(architecture.reconstructsInput() ? shape : shape().withWidth(shape, dOut()));
    }

    private RowShape shape() {
        return new RowShape(dIn(), input.joinHeads());
    }

    private NDArray centre(ActivationNormalization.Normalized normalized) {
        return input.subtractDecoderBias() ? normalized.values().sub(weights.decoderBias()) : normalized.values();
    }

    /**
     * Folds the norms of decoder rows into the encoder.
     *
     * @return a new dictionary with the same reconstructions and decoder rows of norm 1
     * @throws InvalidInputException if folding would change what this architecture computes
     */
    public SparseAutoencoder foldDecoderNorm() {
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
            return toBuilder()
                    .architecture(architecture.withUnitDecoderNorms())
                    .weights(architecture.foldDecoderNorm(weights))
                    .build();
        }
    }

    /**
     * Folds the activation scale of training into the weights, so that the dictionary accepts unscaled activations: the encoder is
     * multiplied by the scale, decoder and decoder bias are divided by it. All other arrays are in units of pre-activations, which do not
     * change. The targets of a transcoder are assumed to be scaled by the same factor.
     *
     * @param scale the factor applied to activations in training, above 0
     * @return a new dictionary without normalisation
     */
    public SparseAutoencoder foldActivationNorm(double scale) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new InvalidInputException("the activation scale is " + scale + ", expected a number above 0");
        }
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
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
     * Returns the width of the reconstruction.
     *
     * @return d_out, equal to d_in except for a transcoder
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

    /** {@return the architecture with its options} */
    public Architecture architecture() {
        return architecture;
    }

    /** {@return the preprocessing of activations} */
    public InputOptions input() {
        return input;
    }

    /** {@return the provenance of the dictionary} */
    @Override
    public SaeMetadata metadata() {
        return metadata;
    }

    /**
     * Returns the weights.
     *
     * @return the arrays, which must not be changed or closed
     */
    public Weights weights() {
        return weights;
    }

    /**
     * Returns the encoder, one row per latent.
     *
     * @return [d_sae, d_in]
     */
    public NDArray encoder() {
        return weights.encoder();
    }

    /**
     * Returns the encoder bias.
     *
     * @return [d_sae]
     */
    public NDArray encoderBias() {
        return weights.encoderBias();
    }

    /**
     * Returns the decoder, one row per latent.
     *
     * @return [d_sae, d_out]
     */
    @Override
    public NDArray decoder() {
        return weights.decoder();
    }

    /**
     * Returns the contribution of a code of 1 to the reconstruction before the normalisation is inverted: the decoder, or the decoder with
     * rows of norm 1 if codes are rescaled by decoder norms.
     *
     * @return [d_sae, d_out], must not be changed; the decoder itself unless codes are rescaled
     */
    public NDArray directions() {
        return lifetime.during(() -> architecture.directions(weights));
    }

    /**
     * Returns the {@linkplain #directions() directions} of some latents.
     *
     * @param latents int64 [m], each 0 to d_sae − 1
     * @return [m, d_out]
     */
    public NDArray directions(NDArray latents) {
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
            NDArray chosen = scope.keep(Aten.indexSelect(directions(), 0, latents));
            chosen.attach(latents.getManager());
            return chosen;
        }
    }

    /**
     * Returns the decoder bias.
     *
     * @return [d_out]
     */
    public NDArray decoderBias() {
        return weights.decoderBias();
    }

    /**
     * Returns the firing frequency of each latent, if it was measured.
     *
     * @return [d_sae], the share of tokens with an active code
     */
    public Optional<NDArray> density() {
        return Optional.ofNullable(density);
    }

    /** {@return the device of the arrays} */
    public Device device() {
        return manager.getDevice();
    }

    /**
     * Creates a builder for a modified copy.
     *
     * @return a builder with the parts of this dictionary
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
    public Lifetime.Use use() {
        return lifetime.use();
    }

    /** Waits for running calls, then frees the weights. */
    @Override
    public void close() {
        lifetime.close(() -> own.forEach(NDArray::close), manager::close);
    }
}
