package dev.assay.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Sha256;
import dev.assay.model.HookTable.Entry;
import dev.assay.tensor.Scope;
import dev.assay.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A decoder-only transformer whose activations can be read and edited at every {@link HookPoint}. It computes what Hugging Face
 * computes, in float32, without folding anything.
 *
 * <p>Results belong to the open {@link Scope}, or else to the caller, who closes them. Several threads may use one model; hooks
 * act on the runs of the thread that opened them. Gradients are recorded while {@link dev.assay.tensor.Autograd} records.
 */
public final class HookedTransformer implements AutoCloseable {
    private final String name;
    private final TransformerConfig config;
    private final NDManager manager;
    private final Parameters parameters;
    private final ModelTokenizer tokenizer;
    private final Network network;
    private final Sites sites;
    private final ThreadLocal<OpenHooks> openHooks;

    /** Makes a model of parameters that {@code manager} owns; the model owns the manager and the tokenizer. */
    HookedTransformer(
            String name, TransformerConfig config, NDManager manager, Parameters parameters, ModelTokenizer tokenizer) {
        this.name = name;
        this.config = config;
        this.manager = manager;
        this.parameters = parameters;
        this.tokenizer = tokenizer;
        this.network = new Network(config, parameters, manager);
        this.sites = new Sites(config);
        this.openHooks = ThreadLocal.withInitial(() -> new OpenHooks(config.layers()));
    }

    /**
     * Loads a model onto the CPU.
     *
     * @param nameOrFolder a folder of Hugging Face; or {@code org/name} or {@code org/name@revision} of its hub, from the cache or
     *     else downloaded; or {@code assay/stories} for the model that comes with Assay
     * @return the model
     * @throws InvalidInputException when something in the folder is missing or unusable
     * @throws IOException when reading fails
     */
    public static HookedTransformer load(String nameOrFolder) throws IOException {
        return load(nameOrFolder, Device.cpu());
    }

    /**
     * Loads a model.
     *
     * @param nameOrFolder a folder of Hugging Face; or {@code org/name} or {@code org/name@revision} of its hub, from the cache or
     *     else downloaded; or {@code assay/stories} for the model that comes with Assay
     * @param device where it runs
     * @return the model
     * @throws InvalidInputException when something in the folder is missing or unusable
     * @throws IOException when reading fails
     */
    public static HookedTransformer load(String nameOrFolder, Device device) throws IOException {
        return EmbeddedModel.isName(nameOrFolder)
                ? EmbeddedModel.load(nameOrFolder, device)
                : ModelReader.read(ModelLocation.resolve(nameOrFolder), device, nameOrFolder);
    }

    /**
     * Loads a model onto the CPU.
     *
     * @param folder {@code config.json}, {@code model.safetensors} or shards, and, for text, {@code tokenizer.json}
     * @return the model
     * @throws InvalidInputException when something in the folder is missing or unusable
     * @throws IOException when reading fails
     */
    public static HookedTransformer load(Path folder) throws IOException {
        return load(folder, Device.cpu());
    }

    /**
     * Loads a model.
     *
     * @param folder {@code config.json}, {@code model.safetensors} or shards, and, for text, {@code tokenizer.json}
     * @param device where it runs
     * @return the model
     * @throws InvalidInputException when something in the folder is missing or unusable
     * @throws IOException when reading fails
     */
    public static HookedTransformer load(Path folder, Device device) throws IOException {
        return ModelReader.read(folder, device, folder.toString());
    }

    /**
     * Makes an untrained model: weights normal with deviation 0.02, biases 0, and the products that write to the residual stream
     * divided by √(2·layers), as GPT-2 does.
     *
     * @param config its shape
     * @param seed decides the weights
     * @param device where it runs
     * @return the model, without a tokenizer
     */
    public static HookedTransformer random(TransformerConfig config, long seed, Device device) {
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        Parameters parameters = Initialization.normal(config, seed, Initialization.DEVIATION, manager);
        return new HookedTransformer("random", config, manager, parameters, ModelTokenizer.none());
    }

    /**
     * Returns what the model is called.
     *
     * @return the name or folder it was loaded by
     */
    public String name() {
        return name;
    }

    /**
     * Returns what this model can be known by, whatever it is called. Reads every weight.
     *
     * @return the SHA-256 of configuration and weights, in hexadecimal
     */
    public String hash() {
        Sha256 hash = new Sha256().add(config.toString());
        parameters.byName().forEach((parameter, weights) -> hash.add(parameter).add(weights));
        return hash.hex();
    }

    /**
     * Returns the configuration.
     *
     * @return what the model was built from
     */
    public TransformerConfig config() {
        return config;
    }

    /**
     * Returns what turns text into tokens.
     *
     * @return the tokenizer, closed with the model
     * @throws InvalidInputException when the model came without one
     */
    public Tokenizer tokenizer() {
        return tokenizer.get();
    }

    /**
     * Returns where the model runs.
     *
     * @return the device
     */
    public Device device() {
        return manager.getDevice();
    }

    /**
     * Returns the owner of the weights, which makes arrays on the right device.
     *
     * @return the manager
     */
    public NDManager manager() {
        return manager;
    }

    Parameters parameters() {
        return parameters;
    }

    /**
     * Returns the tokens of a text as the model takes them, without special tokens.
     *
     * @param text any text that is not empty
     * @return int64 [1, position]
     * @throws InvalidInputException when the model came without a tokenizer
     */
    public NDArray tokens(String text) {
        try (Scope scope = Scope.open()) {
            int[] ids = tokenizer().encode(text);
            return scope.keep(manager.create(ids, new Shape(1, ids.length)).toType(DataType.INT64, false));
        }
    }

    /**
     * Runs the whole model.
     *
     * @param tokens int64 [batch, position]
     * @return logits [batch, position, V]
     */
    public NDArray forward(NDArray tokens) {
        return forward(tokens, null);
    }

    /**
     * Runs the whole model on padded sequences. Positions count the real tokens; what stands at padding is of no meaning.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true where a token is real; null when all are
     * @return logits [batch, position, V]
     */
    public NDArray forward(NDArray tokens, NDArray mask) {
        try (Scope scope = Scope.open()) {
            NDArray normalized = run(openHooks().table(), HookTable.NEVER, tokens, mask);
            return scope.keep(network.unembed(normalized));
        }
    }

    /**
     * Runs as much of the model as the open hooks ask for; nothing when none is open.
     *
     * @param tokens int64 [batch, position]
     */
    public void observe(NDArray tokens) {
        observe(tokens, null);
    }

    /**
     * Runs as much of the model as the open hooks ask for, on padded sequences.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true where a token is real; null when all are
     */
    public void observe(NDArray tokens, NDArray mask) {
        HookTable table = openHooks().table();
        observe(table, table.deepest(), tokens, mask);
    }

    private void observe(HookTable table, int stop, NDArray tokens, NDArray mask) {
        if (stop < 0) {
            return;
        }
        try (Scope scope = Scope.open()) {
            run(table, stop, tokens, mask);
        }
    }

    /** Returns the final norm's result, or null when the run stops before. */
    private NDArray run(HookTable table, int stop, NDArray given, NDArray mask) {
        NDArray tokens = given.toDevice(device(), false);
        TokenCheck.check(tokens, mask, config);
        SequenceGeometry geometry = SequenceGeometry.of(
                tokens,
                mask,
                config.attention().windows(),
                table.hooksScores() || config.attention().softCap() > 0);
        Pass pass = new Pass(table, stop, tokens, geometry);
        NDArray residual = network.residual(tokens, pass);
        return pass.ended() ? null : network.normalized(residual, pass);
    }

    /**
     * Runs the model to the deepest of some sites and keeps their activations. Open hooks act up to there.
     *
     * @param tokens int64 [batch, position]
     * @param points the sites; none given means every site of the model
     * @return the activations, to be closed
     */
    public ActivationCache cache(NDArray tokens, HookPoint... points) {
        List<HookPoint> wanted = points.length == 0 ? hookPoints() : List.of(points);
        wanted.forEach(sites::require);
        ActivationCache cache = new ActivationCache();
        try {
            List<Entry> reads =
                    wanted.stream().map(point -> reading(point, cache)).toList();
            int stop = HookTable.of(config.layers(), reads).deepest();
            observe(openHooks().tableWith(reads), stop, tokens, null);
            return cache;
        } catch (RuntimeException failure) {
            cache.close();
            throw failure;
        }
    }

    private static Entry reading(HookPoint point, ActivationCache cache) {
        return new Entry(point, (activation, site) -> {
            cache.put(activation, site);
            return activation;
        });
    }

    /**
     * Starts a set of hooks.
     *
     * @return what collects them
     */
    public HookBuilder hooks() {
        return new HookBuilder(this);
    }

    OpenHooks openHooks() {
        return openHooks.get();
    }

    void require(HookPoint point) {
        sites.require(point);
    }

    /**
     * Returns the shape of a site.
     *
     * @param point the site
     * @return the shape, with -1 for the axes of batch and position
     * @throws InvalidInputException when the model lacks the site
     */
    public Shape shape(HookPoint point) {
        return sites.shape(point);
    }

    /**
     * Returns how many numbers a site has at each position, all heads together.
     *
     * @param point the site
     * @return the product of its axes after batch and position
     * @throws InvalidInputException when the model lacks the site, or it has no vector at a position
     */
    public int width(HookPoint point) {
        return sites.width(point);
    }

    /**
     * Tells whether the model has a site.
     *
     * @param point the site
     * @return true if it does
     */
    public boolean has(HookPoint point) {
        return sites.has(point);
    }

    /**
     * Returns every site.
     *
     * @return the sites in the order of computation
     */
    public List<HookPoint> hookPoints() {
        return sites.all();
    }

    /**
     * Applies the final norm, without hooks.
     *
     * @param residual [..., D], of the residual stream after the last block
     * @return [..., D]
     */
    public NDArray finalNorm(NDArray residual) {
        return network.normalized(residual);
    }

    /**
     * Applies the unembedding.
     *
     * @param normalized [..., D], a result of {@link #finalNorm}
     * @return logits [..., V]
     */
    public NDArray unembed(NDArray normalized) {
        return network.unembed(normalized);
    }

    /**
     * Returns the vectors whose products with the final norm are the logits.
     *
     * @return [V, D], owned by the model
     */
    public NDArray unembedding() {
        return parameters.unembedding();
    }

    /**
     * Returns what the final norm multiplies by: its weight, or one more in families that store it so.
     *
     * @return [D], not to be changed
     */
    public NDArray finalNormWeight() {
        return network.finalNormWeight();
    }

    /**
     * Continues a text with the most probable tokens. Open hooks act.
     *
     * @param prompt at least one token
     * @param newTokens how many to add
     * @return the prompt and what follows
     */
    public int[] generate(int[] prompt, int newTokens) {
        return generate(prompt, newTokens, Sampling.greedy());
    }

    /**
     * Continues a text. Open hooks act. Past the context length, the model sees the last tokens only.
     *
     * @param prompt at least one token
     * @param newTokens how many to add
     * @param sampling how to choose them
     * @return the prompt and what follows
     */
    public int[] generate(int[] prompt, int newTokens, Sampling sampling) {
        return new Generator(config.contextLength(), this::lastLogits).continueText(prompt, newTokens, sampling);
    }

    /** Returns the logits behind the last token of a text. */
    float[] lastLogits(int[] ids) {
        try (Scope scope = Scope.open()) {
            NDArray tokens = manager.create(ids, new Shape(1, ids.length)).toType(DataType.INT64, false);
            NDArray normalized = run(openHooks().table(), HookTable.NEVER, tokens, null);
            NDArray last = normalized.get(0, ids.length - 1); // [D]
            return network.unembed(last).toFloatArray();
        }
    }

    /**
     * Writes the model as a Hugging Face folder with all bits of its weights.
     *
     * @param folder is made, or holds a model to replace
     * @throws InvalidInputException when the folder holds something else
     * @throws IOException when writing fails; what was there before stays
     */
    public void save(Path folder) throws IOException {
        save(folder, Precision.FLOAT32);
    }

    /**
     * Writes the model as a Hugging Face folder.
     *
     * @param folder is made, or holds a model to replace
     * @param precision of the weights in the file
     * @throws InvalidInputException when the folder holds something else
     * @throws IOException when writing fails; what was there before stays
     */
    public void save(Path folder, Precision precision) throws IOException {
        new ModelFolder(config, parameters, tokenizer).write(folder, precision);
    }

    @Override
    public void close() {
        tokenizer.close();
        manager.close();
    }
}
