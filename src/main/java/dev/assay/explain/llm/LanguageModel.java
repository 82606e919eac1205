package dev.assay.explain.llm;

import dev.assay.InvalidInputException;
import dev.assay.explain.FailureKind;
import java.util.Map;
import java.util.Set;

/**
 * A language model that explains or judges features: a server ({@link OpenAiModel}) or a model of this process ({@link InProcessModel}).
 * Implementations are thread-safe.
 *
 * <p>A problem of one request is a typed failure of its answer. A problem of all requests, such as an invalid key or a budget that is used
 * up, is an exception with one sentence for the user.
 */
public interface LanguageModel {
    /**
     * Returns the name in explanations, tables and cache keys.
     *
     * @return such as {@code gpt-4.1-mini}
     */
    String name();

    /**
     * Returns the optional abilities.
     *
     * @return the abilities that may be used
     */
    Set<Ability> abilities();

    /**
     * Returns further settings for the provenance of results. Keys of servers are never among them.
     *
     * @return values by name, such as the address of the server
     */
    default Map<String, String> settings() {
        return Map.of();
    }

    /**
     * Returns the number of requests that the model serves concurrently.
     *
     * @return at least 1
     */
    default int concurrency() {
        return 1;
    }

    /**
     * Checks an ability before the first request.
     *
     * @param ability the ability
     * @param method the method that needs it, for the message
     * @throws InvalidInputException if the model lacks it
     */
    default void require(Ability ability, String method) {
        InvalidInputException.require(
                abilities().contains(ability),
                () -> method + " needs " + ability.words() + ", which " + name()
                        + " does not return; expected a model that does, such as one of this process");
    }

    /**
     * Answers a question.
     *
     * @param request the question
     * @return the answer or a failure
     * @throws InvalidInputException if no further request can succeed: an invalid key, a model that does not exist, an exhausted
     *     budget
     * @throws java.io.UncheckedIOException if the server keeps failing
     */
    Answer<Completion> complete(ChatRequest request);

    /**
     * Returns the log-probabilities of the tokens of a text.
     *
     * @param request the text
     * @return the log-probabilities, or a failure; a model without {@link Ability#PROMPT_LOG_PROBABILITIES} fails
     * @throws InvalidInputException if no further request can succeed
     * @throws java.io.UncheckedIOException if the server keeps failing
     */
    default Answer<PromptLogProbabilities> score(ScoreRequest request) {
        return Answer.failed(
                FailureKind.HTTP, name() + " returns no log-probabilities of prompts, expected a model that does");
    }
}
