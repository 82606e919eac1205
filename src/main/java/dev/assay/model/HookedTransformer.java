package dev.assay.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPointCatalog;
import dev.assay.model.hook.OpenHooks;
import dev.assay.model.internal.network.LoadedPart;
import dev.assay.model.internal.network.Network;
import dev.assay.model.internal.network.Parameters;
import dev.assay.model.internal.network.Runner;
import dev.assay.model.internal.network.WeightInitialization;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A decoder-only transformer whose activations can be read and edited at every {@link HookPoint}. It computes what Hugging Face
 * computes, without folding anything, in float32 unless it was loaded in another {@link Precision}.
 *
 * <p>Results belong to the open {@link Scope}, or else to the caller, who closes them. Several threads may use one model; hooks
 * act on the runs of the thread that opened them. Gradients are recorded while {@link dev.assay.tensor.Autograd} records.
 */
public final class HookedTransformer implements AutoCloseable {
    private final String name;
    private final TransformerConfig config;
    private final LoadedPart part;
    private final NDManager manager;
    private final Parameters parameters;
    private final ModelTokenizer tokenizer;
    private final Network network;
    private final HookPointCatalog sites;
    private final Runner runner;

    /** Makes a model of parameters that {@code manager} owns; the model owns the manager and the tokenizer. */
    public HookedTransformer(
            String name,
            TransformerConfig config,
            LoadedPart part,
            NDManager manager,
            Parameters parameters,
            ModelTokenizer tokenizer) {
        this.name = name;
        this.config = config;
        this.part = part;
        this.manager = manager;
        this.parameters = parameters;
        this.tokenizer = tokenizer;
        this.network = new Network(config, part, parameters, manager);
        this.sites = new HookPointCatalog(config);
        this.runner = new Runner(config, part, network, manager.getDevice());
    }

    /** Returns what loads a model with options. */
    public static ModelLoader loader() {
        return new ModelLoader();
    }

    /** Loads a model onto the CPU, as {@link ModelLoader#load(String)} does. */
    public static HookedTransformer load(String nameOrFolder) throws IOException {
        return loader().load(nameOrFolder);
    }

    /** Loads a model onto a device, as {@link ModelLoader#load(String)} does. */
    public static HookedTransformer load(String nameOrFolder, Device device) throws IOException {
        return loader().device(device).load(nameOrFolder);
    }

    /** Loads a model onto the CPU, as {@link ModelLoader#load(Path)} does. */
    public static HookedTransformer load(Path folder) throws IOException {
        return loader().load(folder);
    }

    /** Loads a model onto a device, as {@link ModelLoader#load(Path)} does. */
    public static HookedTransformer load(Path folder, Device device) throws IOException {
        return loader().device(device).load(folder);
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
        NDManager manager = TorchEngine.newManager(device);
        Parameters parameters = WeightInitialization.normal(config, seed, WeightInitialization.DEVIATION, manager);
        LoadedPart whole = LoadedPart.whole(config);
        return new HookedTransformer("random", config, whole, manager, parameters, ModelTokenizer.none());
    }

    /** Returns the name or folder that the model was loaded by. */
    public String name() {
        return name;
    }

    /**
     * Returns what a model can be known by, whatever its name: the SHA-256 of its configuration, of the weights that were loaded and
     * of the precision it computes in. Reads every weight.
     */
    public String hash() {
        return parameters.hash(config);
    }

    /** Returns what the model was built from. */
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

    /** Returns where the model runs. */
    public Device device() {
        return manager.getDevice();
    }

    /** Returns the owner of the weights, which makes arrays on the right device. */
    public NDManager manager() {
        return manager;
    }

    /** Returns what the matrix products compute in. */
    public Precision precision() {
        return parameters.precision();
    }

    /** {@return the weights, which stay owned by the model} */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * Returns the tokens of a text as the model takes them, without special tokens.
     *
     * @param text any text that is not empty
     * @return int64 [1, position]
     */
    public NDArray tokens(String text) {
        long[] ids = IntStream.of(tokenizer().encode(text)).asLongStream().toArray();
        return manager.create(ids, new Shape(1, ids.length));
    }

    /**
     * Returns the tokens of texts, the short ones filled up to the length of the longest.
     *
     * @param texts none of them empty
     * @param side where to fill up
     * @return tokens and mask, as {@link #forward(NDArray, NDArray)} and the others take them
     * @throws InvalidInputException when the model came without a tokenizer
     */
    public PaddedTokens tokens(List<String> texts, Padding side) {
        List<int[]> rows = texts.stream().map(tokenizer()::encode).toList();
        return PaddedTokens.of(manager, rows, side, Math.max(0, tokenizer().eosId()));
    }

    /** Runs the whole model without padding, see {@link #forward(NDArray, NDArray)}. */
    public NDArray forward(NDArray tokens) {
        return forward(tokens, null);
    }

    /**
     * Runs the whole model. Positions count the real tokens; what stands at padding is of no meaning.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true where a token is real; null when all are
     * @return logits [batch, position, V]
     */
    public NDArray forward(NDArray tokens, NDArray mask) {
        return runner.logits(tokens, mask);
    }

    /** Runs what the open hooks ask for without padding, see {@link #observe(NDArray, NDArray)}. */
    public void observe(NDArray tokens) {
        observe(tokens, null);
    }

    /**
     * Runs as much of the model as the open hooks ask for; nothing when none is open.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true where a token is real; null when all are
     */
    public void observe(NDArray tokens, NDArray mask) {
        runner.observe(tokens, mask);
    }

    /** Keeps activations of a run without padding, see {@link #cache(NDArray, NDArray, HookPoint...)}. */
    public ActivationCache cache(NDArray tokens, HookPoint... points) {
        return cache(tokens, null, points);
    }

    /**
     * Runs the model to the deepest of some sites and keeps their activations. Open hooks act up to there.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true where a token is real; null when all are
     * @param points the sites; none given means every site of the model
     * @return the activations, to be closed
     */
    public ActivationCache cache(NDArray tokens, NDArray mask, HookPoint... points) {
        return runner.cache(tokens, mask, wanted(points));
    }

    private List<HookPoint> wanted(HookPoint... points) {
        List<HookPoint> wanted = points.length == 0 ? hookPoints() : List.of(points);
        wanted.forEach(this::require);
        return wanted;
    }

    /** Runs to a site without padding, see {@link #runTo(HookPoint, NDArray, NDArray)}. */
    public NDArray runTo(HookPoint point, NDArray tokens) {
        return runTo(point, tokens, null);
    }

    /**
     * Runs the model to a site and computes nothing after it. Open hooks act up to there, those at the site included.
     *
     * @param point the site
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true where a token is real; null when all are
     * @return the activation, in the shape of the site; gradients flow
     */
    public NDArray runTo(HookPoint point, NDArray tokens, NDArray mask) {
        require(point);
        return runner.runTo(point, tokens, mask);
    }

    /**
     * Runs the whole model forwards and backwards and keeps the gradients of a loss at some sites: with respect to what the model
     * goes on with there, after the edits of open hooks.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true where a token is real; null when all are
     * @param loss makes a single number of the logits [batch, position, V], by operations through which gradients flow
     * @param points the sites; none given means every site of the model
     * @return the gradients in the shapes of their sites, to be closed
     */
    public ActivationCache gradients(NDArray tokens, NDArray mask, UnaryOperator<NDArray> loss, HookPoint... points) {
        return SiteGradients.of(this, tokens, mask, loss, wanted(points));
    }

    /** Returns what collects a set of hooks. */
    public HookBuilder hooks() {
        return new HookBuilder(this);
    }

    OpenHooks openHooks() {
        return runner.openHooks();
    }

    void require(HookPoint point) {
        sites.require(point);
        part.require(point);
    }

    /** Returns the sites and sizes of the model, which it need not run for; the text is a table. */
    public ModelDescription describe() {
        return ModelDescription.of(name, config);
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
     * Tells whether the model has a site, and enough of it was loaded to get there.
     *
     * @param point the site
     * @return true if it does
     */
    public boolean has(HookPoint point) {
        return sites.has(point) && part.reaches(point);
    }

    /** Returns every site that a run gets to, in the order of computation. */
    public List<HookPoint> hookPoints() {
        return sites.all().stream().filter(part::reaches).toList();
    }

    /**
     * Applies the final norm, without hooks.
     *
     * @param residual [..., D], of the residual stream after the last block
     * @return [..., D]
     */
    public NDArray finalNorm(NDArray residual) {
        part.requireFinalNorm();
        return network.normalized(residual);
    }

    /**
     * Applies the unembedding.
     *
     * @param normalized [..., D], a result of {@link #finalNorm}
     * @return logits [..., V]
     */
    public NDArray unembed(NDArray normalized) {
        part.requireWhole("the logits");
        return network.unembed(normalized);
    }

    /**
     * Returns the vectors whose products with the final norm are the logits.
     *
     * @return float32 [V, D], not to be changed; of a model of 16 bits a copy
     */
    public NDArray unembedding() {
        part.requireWhole("the logits");
        return parameters.unembedding();
    }

    /**
     * Returns what the final norm multiplies by: its weight, or one more in families that store it so.
     *
     * @return [D], not to be changed
     */
    public NDArray finalNormWeight() {
        part.requireFinalNorm();
        return network.finalNormWeight();
    }

    /** Continues a text with the most probable tokens, see {@link #generate(List, int, Sampling)}. */
    public int[] generate(int[] prompt, int newTokens) {
        return generate(prompt, newTokens, Sampling.greedy());
    }

    /** Continues a text, see {@link #generate(List, int, Sampling)}. */
    public int[] generate(int[] prompt, int newTokens, Sampling sampling) {
        return generate(List.of(prompt), newTokens, sampling).get(0);
    }

    /**
     * Continues texts, each as it would be alone. Open hooks act. Past the context length, the model sees the last tokens only.
     *
     * @param prompts at least one token each
     * @param newTokens how many to add to each
     * @param sampling how to choose them; each text has its own draws from the seed
     * @return each prompt and what follows
     */
    public List<int[]> generate(List<int[]> prompts, int newTokens, Sampling sampling) {
        return new Generator(config.contextLength(), this::lastLogits).continueTexts(prompts, newTokens, sampling);
    }

    /** Returns the logits behind the last tokens of texts, [text, V]. */
    public float[] lastLogits(List<int[]> windows) {
        try (Scope scope = Scope.open()) {
            PaddedTokens padded = PaddedTokens.of(manager, windows, Padding.LEFT, 0);
            return runner.lastLogits(padded.tokens(), padded.mask()).toFloatArray();
        }
    }

    /** Writes the model with all bits of its weights, see {@link #save(Path, Precision)}. */
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
        part.requireWhole("what is to be saved");
        new ModelFolder(config, parameters, tokenizer).write(folder, precision);
    }

    @Override
    public void close() {
        tokenizer.close();
        manager.close();
    }
}
