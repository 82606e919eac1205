package dev.assay.explain.llm;

import dev.assay.InvalidInputException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Raises the limit of tokens of every answer, for models that reason before they answer. Explainers and scorers state limits for the answers
 * alone. Wraps a {@link CachedModel} from outside, so that the limit is part of the key of a request.
 */
public final class ReasoningAllowance implements LanguageModel {
    private final LanguageModel model;
    private final int tokens;

    private ReasoningAllowance(LanguageModel model, int tokens) {
        this.model = model;
        this.tokens = tokens;
    }

    /**
     * Adds tokens to the limits of all answers.
     *
     * @param model a model that reasons
     * @param tokens the largest number of tokens of reasoning, at least 1
     * @return the model with larger limits
     */
    public static LanguageModel of(LanguageModel model, int tokens) {
        return new ReasoningAllowance(
                model, InvalidInputException.requireAtLeast(1, "the number of tokens of reasoning", tokens));
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
        Map<String, String> settings = new TreeMap<>(model.settings());
        settings.put("reasoningTokens", Integer.toString(tokens));
        return Map.copyOf(settings);
    }

    @Override
    public int concurrency() {
        return model.concurrency();
    }

    @Override
    public Answer<Completion> complete(ChatRequest request) {
        ChatRequest.Settings settings = request.settings();
        ChatRequest.Settings larger = new ChatRequest.Settings(
                settings.maxTokens() + tokens, settings.temperature(), settings.seed(), settings.topLogProbabilities());
        return model.complete(new ChatRequest(request.messages(), larger, request.format()));
    }

    @Override
    public Answer<PromptLogProbabilities> score(ScoreRequest request) {
        return model.score(request);
    }
}
