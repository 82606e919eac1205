package dev.assay.explain.llm;

import dev.assay.explain.FailureKind;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts the requests of a plan without sending any. Explainers and scorers run on this model in place of the real one, and their results are
 * discarded. A question has a placeholder of about the length of an explanation as its answer. Answers in the cache of an earlier run are
 * used and cost nothing. Equal requests count once. Thread-safe.
 */
public final class DryRunModel implements LanguageModel {
    private static final String PLACEHOLDER =
            "words about the cooking of food, above all verbs for the preparation of meals and names of kitchen tools";

    private final LanguageModel model;
    private final KnownAnswers answers;
    private final Set<String> sent = new HashSet<>();
    private final Set<String> cached = new HashSet<>();
    private long promptTokens;
    private long completionTokens;

    private DryRunModel(LanguageModel model, KnownAnswers answers) {
        this.model = model;
        this.answers = answers;
    }

    /**
     * Counts the requests to a model.
     *
     * @param model the model, which receives no request
     * @return a counter that starts at 0
     */
    public static DryRunModel of(LanguageModel model) {
        return new DryRunModel(model, KnownAnswers.NONE);
    }

    /**
     * Counts the requests that a cache lacks.
     *
     * @param model a model with a cache, which receives no request; the file does not change
     * @return a counter that starts at 0
     */
    public static DryRunModel of(CachedModel model) {
        return new DryRunModel(model, model.answers());
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public Set<Ability> abilities() {
        return model.abilities();
    }

    @Override
    public Map<String, String> settings() {
        return model.settings();
    }

    @Override
    public Answer<Completion> complete(ChatRequest request) {
        Optional<Answer<Completion>> known = answers.known(request);
        count(
                request.key(name()),
                known.isPresent(),
                TokenEstimate.of(request.messages()),
                request.settings().maxTokens());
        return known.orElseGet(
                () -> Answer.received(new Completion(PLACEHOLDER, List.of(), TokenUsage.NONE, name(), 1)));
    }

    @Override
    public Answer<PromptLogProbabilities> score(ScoreRequest request) {
        Optional<Answer<PromptLogProbabilities>> known = answers.known(request);
        count(request.key(name()), known.isPresent(), TokenEstimate.of(request.text()), 1);
        return known.orElseGet(() -> Answer.failed(FailureKind.UNPARSABLE, "a dry run has no log-probabilities"));
    }

    private synchronized void count(String key, boolean known, long prompt, long completion) {
        if (known) {
            cached.add(key);
        } else if (sent.add(key)) {
            promptTokens += prompt;
            completionTokens += completion;
        }
    }

    /**
     * Returns the requests so far.
     *
     * @return their number and tokens
     */
    public synchronized CostEstimate estimate() {
        return new CostEstimate(sent.size(), cached.size(), promptTokens, completionTokens);
    }
}
