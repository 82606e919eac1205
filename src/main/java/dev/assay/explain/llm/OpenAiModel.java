package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.FailureKind;
import java.net.URI;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * A language model behind a server with OpenAI's interface: OpenAI, vLLM, llama.cpp, Ollama, OpenRouter and others. Transient failures (408,
 * 409, 429, 5xx, broken connections) are retried; the wait of a Retry-After header replaces the random pause. An invalid key, a model that
 * does not exist and an account without credit stop the run.
 *
 * <p>The key comes from an environment variable. It is sent to the address of the server only and is part of no message, cache or provenance.
 */
public final class OpenAiModel implements LanguageModel {
    private final URI server;
    private final String name;
    private final Set<Ability> abilities;
    private final Map<String, String> settings;
    private final boolean shortensPrompts;
    private final int contextTokens;
    private final int concurrency;
    private final Semaphore slots;
    private final ChatBody bodies;
    private final RetryLoop requests;

    private OpenAiModel(Builder builder) {
        this.server = builder.server;
        this.name = builder.model;
        this.abilities = Set.copyOf(builder.abilities());
        this.shortensPrompts = builder.profile == ServerProfile.OLLAMA;
        this.contextTokens = builder.contextTokens;
        this.concurrency = builder.concurrency;
        this.slots = new Semaphore(builder.concurrency);
        this.settings = builder.settings();
        ApiKey key = builder.key();
        this.bodies = new ChatBody(name, builder.profile, abilities, builder.omitted, contextTokens);
        this.requests = new RetryLoop(
                new ChatConnection(server, key, builder.limits.timeout()),
                new ReplyJudge(server, name, key),
                builder.limits,
                builder.budget,
                builder.clock,
                builder.seed);
    }

    /**
     * Starts with the defaults.
     *
     * @param server the address, such as {@code http://localhost:8080} or {@code https://api.openai.com/v1}; without a path, {@code /v1} is
     *     appended
     * @param model the name of the model on the server
     * @return a builder
     * @throws InvalidInputException if the address is not one of a server
     */
    public static Builder builder(String server, String model) {
        return new Builder(server, model);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Ability> abilities() {
        return abilities;
    }

    @Override
    public Map<String, String> settings() {
        return settings;
    }

    @Override
    public int concurrency() {
        return concurrency;
    }

    @Override
    public Answer<Completion> complete(ChatRequest request) {
        long prompt = TokenEstimate.of(request.messages());
        long words = TokenEstimate.words(request.messages());
        return limited(() -> requests.send(
                "/chat/completions",
                bodies.chat(request),
                prompt + request.settings().maxTokens(),
                (body, tries) -> whole(body, words)
                        ? ChatReply.parse(server.toString(), body, request.format(), tries)
                        : Answer.failed(
                                FailureKind.TRUNCATED,
                                server + " read only " + ChatReply.usage(body).promptTokens()
                                        + " tokens of a prompt of " + words
                                        + " words, expected a context that holds the whole prompt")));
    }

    @Override
    public Answer<PromptLogProbabilities> score(ScoreRequest request) {
        if (!abilities.contains(Ability.PROMPT_LOG_PROBABILITIES)) {
            return LanguageModel.super.score(request);
        }
        return limited(() -> requests.send(
                "/completions",
                bodies.echo(request),
                TokenEstimate.of(request.text()) + 1,
                (body, tries) -> EchoReply.parse(server.toString(), body, request.text())));
    }

    /**
     * Returns whether the server read the whole prompt. Ollama shortens long prompts without an error. The counts of other servers are not
     * checked, because some of them leave out cached tokens.
     */
    private boolean whole(JsonNode body, long words) {
        long read = ChatReply.usage(body).promptTokens();
        boolean filled = contextTokens > 0 && read >= contextTokens;
        boolean shortened = shortensPrompts && read > 0 && read < words;
        return !filled && !shortened;
    }

    private <T> T limited(Supplier<T> request) {
        slots.acquireUninterruptibly();
        try {
            return request.get();
        } finally {
            slots.release();
        }
    }

    /** Options of a client. */
    public static final class Builder {
        private static final String OWN_KEY = "ASSAY_API_KEY";
        private static final String KEY_OF_OPENAI = "OPENAI_API_KEY";

        private final URI server;
        private final String model;
        private ServerProfile profile;
        private final Set<Ability> lacking = EnumSet.noneOf(Ability.class);
        private final Set<String> omitted = new TreeSet<>();
        private String keyVariable;
        private Map<String, String> environment = System.getenv();
        private RequestLimits limits = RequestLimits.USUAL;
        private Budget budget = Budget.unlimited();
        private RequestClock clock = RequestClock.system();
        private int concurrency = 4;
        private int contextTokens;
        private long seed;

        private Builder(String server, String model) {
            this.server = ServerAddress.parse(server);
            this.model = model;
            this.profile = ServerProfile.of(this.server);
            this.keyVariable = profile == ServerProfile.OPENAI ? KEY_OF_OPENAI : OWN_KEY;
            InvalidInputException.require(
                    !model.isBlank(), "the name of the model is empty, expected one of the server");
        }

        /**
         * Sets the kind of server. The default is guessed from the address.
         *
         * @param kind the kind
         * @return this
         */
        public Builder profile(ServerProfile kind) {
            profile = kind;
            return this;
        }

        /**
         * Removes an ability, for a server that rejects its fields.
         *
         * @param ability the ability that the server lacks
         * @return this
         */
        public Builder without(Ability ability) {
            lacking.add(ability);
            return this;
        }

        /**
         * Leaves a field out of all requests, such as {@code temperature} for a model that rejects it.
         *
         * @param field the name of the field
         * @return this
         */
        public Builder omit(String field) {
            omitted.add(field);
            return this;
        }

        /**
         * Sets the environment variable of the key. The default is {@code OPENAI_API_KEY} for OpenAI and {@code ASSAY_API_KEY} for other
         * servers; without a value, requests have no key.
         *
         * @param variable the name of the variable
         * @return this
         */
        public Builder keyVariable(String variable) {
            keyVariable = variable;
            return this;
        }

        /**
         * Replaces the environment of the process.
         *
         * @param variables values by name
         * @return this
         */
        public Builder environment(Map<String, String> variables) {
            environment = Map.copyOf(variables);
            return this;
        }

        /**
         * Sets timeouts and retries.
         *
         * @param value the limits
         * @return this
         */
        public Builder limits(RequestLimits value) {
            limits = value;
            return this;
        }

        /**
         * Sets the budget. The default only counts.
         *
         * @param value the budget, which several models can share
         * @return this
         */
        public Builder budget(Budget value) {
            budget = value;
            return this;
        }

        /**
         * Replaces the clock of the system.
         *
         * @param value the clock
         * @return this
         */
        public Builder clock(RequestClock value) {
            clock = value;
            return this;
        }

        /**
         * Sets the largest number of concurrent requests. The default is 4.
         *
         * @param requests at least 1
         * @return this
         */
        public Builder concurrency(int requests) {
            concurrency = InvalidInputException.requireAtLeast(1, "the number of concurrent requests", requests);
            return this;
        }

        /**
         * States the size of the context. Ollama needs it; with other servers, an answer to a prompt that fills it is a failure.
         *
         * @param tokens at least 1
         * @return this
         */
        public Builder contextTokens(int tokens) {
            contextTokens = InvalidInputException.requireAtLeast(1, "contextTokens", tokens);
            return this;
        }

        /**
         * Sets the seed of the pauses between tries.
         *
         * @param value any number
         * @return this
         */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * Creates the client. Nothing is sent.
         *
         * @return the model
         * @throws InvalidInputException if the key has characters that no key has
         */
        public OpenAiModel build() {
            return new OpenAiModel(this);
        }

        private Set<Ability> abilities() {
            Set<Ability> abilities = EnumSet.noneOf(Ability.class);
            abilities.addAll(profile.abilities());
            abilities.removeAll(lacking);
            return abilities;
        }

        private ApiKey key() {
            return ApiKey.of(environment, keyVariable);
        }

        private Map<String, String> settings() {
            Map<String, String> values = new TreeMap<>();
            values.put("server", server.toString());
            values.put("profile", profile.name());
            if (!omitted.isEmpty()) {
                values.put("omitted", String.join(",", omitted));
            }
            return Map.copyOf(values);
        }
    }
}
