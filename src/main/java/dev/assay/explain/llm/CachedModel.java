package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A language model with a file of its requests and answers, as JSON lines. A request whose answer is in the file is not sent, so rerunning a
 * command sends nothing. The key of a request is the SHA-256 of the model's name, the messages, the sampling and the schema. Answers that
 * the model gave are kept, also unusable ones such as a refusal; failures of the connection (HTTP, TIMEOUT) are not, so a rerun requests
 * them again. Each answer is on disk before it is used, so a killed process loses only the requests in flight.
 */
public final class CachedModel implements LanguageModel, AutoCloseable {
    private final LanguageModel model;
    private final AnswerFile file;
    private final Map<String, Object> inFlight = new ConcurrentHashMap<>();

    private CachedModel(LanguageModel model, AnswerFile file) {
        this.model = model;
        this.file = file;
    }

    /**
     * Opens a cache. An incomplete last line, which a killed process leaves, is removed.
     *
     * @param model answers the requests that the file lacks
     * @param file created if missing
     * @return the model, to be closed by the caller
     * @throws dev.assay.InvalidInputException if a line is damaged, or another process writes the file
     * @throws IOException if the file cannot be read
     */
    public static CachedModel open(LanguageModel model, Path file) throws IOException {
        return new CachedModel(model, AnswerFile.open(file));
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
    public int concurrency() {
        return model.concurrency();
    }

    @Override
    public Answer<Completion> complete(ChatRequest request) {
        return cached(
                RequestKey.json(name(), request),
                () -> model.complete(request),
                AnswerJson::completion,
                AnswerJson::completion);
    }

    @Override
    public Answer<PromptLogProbabilities> score(ScoreRequest request) {
        return cached(
                RequestKey.json(name(), request), () -> model.score(request), AnswerJson::prompt, AnswerJson::prompt);
    }

    private <T> Answer<T> cached(
            ObjectNode request,
            Supplier<Answer<T>> send,
            Function<T, ObjectNode> toJson,
            Function<JsonObject, T> fromJson) {
        String key = RequestKey.of(request);
        // Equal requests of several threads are sent once: the others wait for the answer.
        synchronized (inFlight.computeIfAbsent(key, absent -> new Object())) {
            try {
                Optional<Answer<T>> known = find(key, fromJson);
                if (known.isPresent()) {
                    return known.get();
                }
                Answer<T> answer = send.get();
                boolean lost = answer instanceof Answer.Failed<T> failed
                        && failed.kind().isTransient();
                if (!lost) {
                    append(key, request, AnswerJson.of(answer, toJson));
                }
                return answer;
            } finally {
                inFlight.remove(key);
            }
        }
    }

    private <T> Optional<Answer<T>> find(String key, Function<JsonObject, T> fromJson) {
        try {
            return file.find(key).map(json -> AnswerJson.parse(json, fromJson));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void append(String key, ObjectNode request, ObjectNode answer) {
        try {
            file.append(key, request, answer);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Returns the answers in the file. */
    KnownAnswers answers() {
        return new KnownAnswers() {
            @Override
            public Optional<Answer<Completion>> known(ChatRequest request) {
                return find(request.key(name()), AnswerJson::completion);
            }

            @Override
            public Optional<Answer<PromptLogProbabilities>> known(ScoreRequest request) {
                return find(request.key(name()), AnswerJson::prompt);
            }
        };
    }

    /** Closes the file. The wrapped model stays open. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
