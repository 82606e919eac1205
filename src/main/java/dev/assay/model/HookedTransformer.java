package dev.assay.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPointCatalog;
import dev.assay.model.internal.hook.OpenHooks;
import dev.assay.model.internal.network.LoadedPart;
import dev.assay.model.internal.network.Network;
import dev.assay.model.internal.network.Parameters;
import dev.assay.model.internal.network.Runner;
import dev.assay.tensor.Scope;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A decoder-only transformer whose activations can be read and edited at every {@link HookPoint}. It computes the same numbers as the
 * Hugging Face implementation, without folding any weights, in float32 unless it was loaded in another {@link Precision}.
 *
 * <p>Arrays that a method returns belong to the open {@link Scope}; without one, the caller closes them. Hooks act on the runs of the
 * thread that opened them. Gradients are recorded while {@link dev.assay.tensor.Autograd} records.
 *
 * <p><strong>Threads.</strong> Any number of threads may use one model. {@link #close()} waits for running calls; calls that start later
 * throw an {@link IllegalStateException}. Results of other threads stay valid and are closed by their scopes. Arrays that the model owns,
 * such as {@link #parameters()}, are valid until it is closed; a thread that reads them while another may close the model does so within
 * {@link #use()}. Arrays, caches and hook scopes belong to one thread each.
 */
public final class HookedTransformer implements AutoCloseable {
    private final String name;
    private final TransformerConfig config;
    private final LoadedPart part;
    private final NDManager manager;
    private final Parameters parameters;
    final ModelTokenizer tokenizer;
    private final Network network;
    private final HookPointCatalog sites;
    private final Runner runner;
    private final Lifetime lifetime;
    private final List<NDArray> own;

    /** Creates a model of parameters that {@code manager} owns. The model owns the manager and the tokenizer. */
    HookedTransformer(
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
        this.lifetime = new Lifetime("the model " + name);
        this.own = List.copyOf(manager.getManagedArrays());
    }

    /** {@return a loader with options, such as the precision} */
    public static ModelLoader loader() {
        return new ModelLoader();
    }

    /** Loads a model onto the CPU, see {@link ModelLoader#load(String)}. */
    public static HookedTransformer load(String nameOrFolder) throws IOException {
        return loader().load(nameOrFolder);
    }

    /** Loads a model onto a device, see {@link ModelLoader#load(String)}. */
    public static HookedTransformer load(String nameOrFolder, Device device) throws IOException {
        return loader().device(device).load(nameOrFolder);
    }

    /** Loads a model onto the CPU, see {@link ModelLoader#load(Path)}. */
    public static HookedTransformer load(Path folder) throws IOException {
        return loader().load(folder);
    }

    /** Loads a model onto a device, see {@link ModelLoader#load(Path)}. */
    public static HookedTransformer load(Path folder, Device device) throws IOException {
        return loader().device(device).load(folder);
    }

    /** {@return options for an untrained model with random weights} */
    public static ModelInitializer initializer(TransformerConfig config) {
        return new ModelInitializer(config);
    }

    /** {@return an untrained model without a tokenizer, see {@link ModelInitializer}} */
    public static HookedTransformer random(TransformerConfig config, long seed, Device device) {
        return initializer(config).seed(seed).device(device).create();
    }

    /** {@return the name or folder that the model was loaded by} */
    public String name() {
        return name;
    }

    /** Returns the SHA-256 of the configuration, the loaded weights and the precision, in hexadecimal. Reads every weight. */
    public String hash() {
        return lifetime.during(() -> parameters.hash(config));
    }

    /** {@return the sizes and the structure of the model} */
    public TransformerConfig config() {
        return config;
    }

    /**
     * Checks that a text is split into contexts that the model was made for. Predictions degrade beyond the context length, also with
     * positions that have no limit.
     *
     * @param tokens the number of tokens per context, including BOS
     * @throws InvalidInputException when the contexts are longer than the context length
     */
    public void requireContext(int tokens) {
        if (tokens > config.contextLength()) {
            throw new InvalidInputException(
                    "contexts have " + tokens + " tokens, expected at most the context length of " + name() + ", "
                            + config.contextLength() + " (option --context)");
        }
    }

    /** {@return whether the model has a tokenizer} */
    public boolean hasTokenizer() {
        return tokenizer.isPresent();
    }

    /** {@return the tokenizer, which is closed with the model; an {@link InvalidInputException} is thrown if there is none} */
    public Tokenizer tokenizer() {
        return tokenizer.get();
    }

    /** {@return the device of the weights and of every run} */
    public Device device() {
        return manager.getDevice();
    }

    /** {@return the owner of the weights, which creates arrays on the device of the model} */
    public NDManager manager() {
        return manager;
    }

    /** {@return the precision of the matrix products} */
    public Precision precision() {
        return parameters.precision();
    }

    /**
     * Returns the loaded weights by name, for example {@code blocks.0.qkv.weight} of shape [(H + 2K)·h, D]. The weights of linear
     * layers have shape [out, in].
     *
     * @return float32 arrays that the model owns; in a model of 16 bits, the matrices are copies owned by the open scope
     */
    public Map<String, NDArray> parameters() {
        return lifetime.during(() -> parameters.byName());
    }

    /** {@return the tokens of a text that is not empty, without special tokens, int64 [1, position]} */
    public NDArray tokens(String text) {
        long[] ids = IntStream.of(tokenizer().encode(text)).asLongStream().toArray();
        return lifetime.during(() -> kept(() -> manager.create(ids, new Shape(1, ids.length))));
    }

    /**
     * Encodes texts without special tokens and pads them to the length of the longest.
     *
     * @param texts texts that are not empty
     * @param side the side of the padding
     * @return tokens and mask, the arguments of {@link #forward(NDArray, NDArray)} and others
     * @throws InvalidInputException when the model has no tokenizer
     */
    public PaddedTokens tokens(List<String> texts, Padding side) {
        try (Lifetime.Use use = use()) {
            List<int[]> rows = texts.stream().map(tokenizer()::encode).toList();
            return PaddedTokens.of(manager, rows, side, Math.max(0, tokenizer().eosId()));
        }
    }

    /** Runs the whole model without padding, see {@link #forward(NDArray, NDArray)}. */
    public NDArray forward(NDArray tokens) {
        return forward(tokens, null);
    }

    /**
     * Runs the whole model. Positions count real tokens; the output at padding has no meaning.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true at real tokens; null when all tokens are real
     * @return logits [batch, position, V]
     */
    public NDArray forward(NDArray tokens, NDArray mask) {
        return lifetime.during(() -> runner.logits(tokens, mask));
    }

    /** Runs to the deepest site with an open hook, without padding, see {@link #observe(NDArray, NDArray)}. */
    public void observe(NDArray tokens) {
        observe(tokens, null);
    }

    /**
     * Runs the model to the deepest site with an open hook. Without open hooks, nothing is computed.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true at real tokens; null when all tokens are real
     */
    public void observe(NDArray tokens, NDArray mask) {
        try (Lifetime.Use use = use()) {
            runner.observe(tokens, mask);
        }
    }

    /** Returns activations of a run without padding, see {@link #cache(NDArray, NDArray, HookPoint...)}. */
    public ActivationCache cache(NDArray tokens, HookPoint... points) {
        return cache(tokens, null, points);
    }

    /**
     * Runs the model to the deepest of some sites and returns their activations. Open hooks act up to that site.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true at real tokens; null when all tokens are real
     * @param points the sites; none means every site of the model
     * @return the activations; the caller closes the cache
     */
    public ActivationCache cache(NDArray tokens, NDArray mask, HookPoint... points) {
        return lifetime.during(() -> runner.cache(tokens, mask, checked(points)));
    }

    private List<HookPoint> checked(HookPoint... points) {
        List<HookPoint> checked = points.length == 0 ? hookPoints() : List.of(points);
        checked.forEach(this::require);
        return checked;
    }

    /** Runs to a site without padding, see {@link #runTo(HookPoint, NDArray, NDArray)}. */
    public NDArray runTo(HookPoint point, NDArray tokens) {
        return runTo(point, tokens, null);
    }

    /**
     * Runs the model to a site and computes nothing after it. Open hooks act up to and including that site.
     *
     * @param point the site
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true at real tokens; null when all tokens are real
     * @return the activation, in the shape of the site; gradients flow
     */
    public NDArray runTo(HookPoint point, NDArray tokens, NDArray mask) {
        require(point);
        return lifetime.during(() -> runner.runTo(point, tokens, mask));
    }

    /**
     * Runs the whole model forwards and backwards and returns the gradients of a loss with respect to the activations at some sites,
     * after the edits of open hooks.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true at real tokens; null when all tokens are real
     * @param loss computes a single number from the logits [batch, position, V]; gradients must flow
     * @param points the sites; none means every site of the model
     * @return the gradients, in the shapes of their sites; the caller closes the cache
     */
    public ActivationCache gradients(NDArray tokens, NDArray mask, UnaryOperator<NDArray> loss, HookPoint... points) {
        return lifetime.during(() -> SiteGradients.of(this, tokens, mask, loss, checked(points)));
    }

    /** {@return a builder for a set of hooks} */
    public HookBuilder hooks() {
        return new HookBuilder(this);
    }

    OpenHooks openHooks() {
        return runner.openHooks();
    }

    Runner runner() {
        return runner;
    }

    void require(HookPoint point) {
        sites.require(point);
        part.require(point);
    }

    /** {@return the sizes and the sites of the model} */
    public ModelDescription describe() {
        return ModelDescription.of(name, config);
    }

    /** {@return the shape of a site of the model, with -1 for the axes batch and position} */
    public Shape shape(HookPoint point) {
        return sites.shape(point);
    }

    /**
     * Returns the size of a site at each position: the product of its axes after batch and position.
     *
     * @throws InvalidInputException when the model lacks the site, or the site has no vector at each position
     */
    public int width(HookPoint point) {
        return sites.width(point);
    }

    /** {@return whether the model has a site and its blocks up to the site are loaded} */
    public boolean has(HookPoint point) {
        return sites.has(point) && part.reaches(point);
    }

    /** {@return every site of the loaded part, in the order of computation} */
    public List<HookPoint> hookPoints() {
        return sites.all().stream().filter(part::reaches).toList();
    }

    /**
     * Applies the final norm, without calling hooks.
     *
     * @param residual [..., D], the residual stream after the last block
     * @return [..., D]
     */
    public NDArray finalNorm(NDArray residual) {
        part.requireFinalNorm();
        return lifetime.during(() -> kept(() -> network.normalized(residual)));
    }

    /**
     * Applies the unembedding.
     *
     * @param normalized [..., D], the output of {@link #finalNorm}
     * @return logits [..., V]
     */
    public NDArray unembed(NDArray normalized) {
        part.requireWhole("the logits");
        return lifetime.during(() -> kept(() -> network.unembed(normalized)));
    }

    /** {@return the unembedding matrix, float32 [V, D], must not be changed; in a model of 16 bits a copy} */
    public NDArray unembedding() {
        part.requireWhole("the logits");
        return lifetime.during(() -> parameters.unembedding());
    }

    /** {@return the factor of the final norm, [D]: its weight, plus 1 in families with a unit offset; must not be changed} */
    public NDArray finalNormWeight() {
        part.requireFinalNorm();
        return lifetime.during(() -> network.finalNormWeight());
    }

    /** Continues a prompt with the most probable tokens, see {@link #generate(List, int, Sampling, GenerationListener)}. */
    public int[] generate(int[] prompt, int newTokens) {
        return generate(prompt, newTokens, Sampling.greedy());
    }

    /** Continues a prompt, see {@link #generate(List, int, Sampling, GenerationListener)}. */
    public int[] generate(int[] prompt, int newTokens, Sampling sampling) {
        return generate(List.of(prompt), newTokens, sampling).get(0);
    }

    /** Continues prompts, see {@link #generate(List, int, Sampling, GenerationListener)}. */
    public List<int[]> generate(List<int[]> prompts, int newTokens, Sampling sampling) {
        return generate(prompts, newTokens, sampling, GenerationListener.NONE);
    }

    /**
     * Continues prompts. The continuation of a prompt does not depend on the other prompts. Open hooks act. Keys and values of earlier
     * tokens are cached, unless an open hook is not {@link HookBuilder#incremental(int)}. Beyond the context length, the model reads only
     * the latest tokens, without a cache.
     *
     * @param prompts at least one token each
     * @param newTokens the largest number of tokens to add to each prompt
     * @param sampling the choice of the next token; each prompt has its own random stream from the seed
     * @param listener receives each new token and may end its text
     * @return the prompts with their continuations
     */
    public List<int[]> generate(List<int[]> prompts, int newTokens, Sampling sampling, GenerationListener listener) {
        try (GrowingTexts texts = new GrowingTexts(this, config.contextLength())) {
            return new Generator(config.contextLength(), texts::nextLogits)
                    .continueTexts(prompts, newTokens, sampling, listener);
        }
    }

    /** {@return the logits after the last token of each text, text by text, V numbers each} */
    public float[] lastLogits(List<int[]> texts) {
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
            PaddedTokens padded = PaddedTokens.of(manager, texts, Padding.LEFT, 0);
            return runner.lastLogits(padded.tokens(), padded.mask()).toFloatArray();
        }
    }

    /** Writes the model as a Hugging Face folder with float32 weights, see {@link #save(Path, Precision)}. */
    public void save(Path folder) throws IOException {
        save(folder, Precision.FLOAT32);
    }

    /**
     * Writes the model as a Hugging Face folder.
     *
     * @param folder a new or empty folder, or a model to replace
     * @param precision the type of the weights in the file
     * @throws InvalidInputException when the folder contains other files, or only a part of the model is loaded
     * @throws IOException when writing fails; the previous files are kept
     */
    public void save(Path folder, Precision precision) throws IOException {
        part.requireWhole("the weights to save");
        try (Lifetime.Use use = use()) {
            new ModelFolder(config, parameters, tokenizer).write(folder, precision);
        }
    }

    /** {@return a use that keeps the model open until this thread ends it; an {@link IllegalStateException} is thrown after the close} */
    public Lifetime.Use use() {
        return lifetime.use();
    }

    private static NDArray kept(Supplier<NDArray> computation) {
        try (Scope scope = Scope.open()) {
            return scope.keep(computation.get());
        }
    }

    /** Waits for running calls, then frees the weights. */
    @Override
    public void close() {
        lifetime.close(
                () -> {
                    tokenizer.close();
                    own.forEach(NDArray::close);
                },
                manager::close);
    }
}
