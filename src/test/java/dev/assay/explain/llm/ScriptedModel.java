package dev.assay.explain.llm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** A language model whose answers are functions of the requests. It records the requests. */
public final class ScriptedModel implements LanguageModel {
    private final Function<ChatRequest, Answer<Completion>> answers;
    private final Function<ScoreRequest, Answer<PromptLogProbabilities>> scores;
    private final List<ChatRequest> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<ScoreRequest> scored = Collections.synchronizedList(new ArrayList<>());

    private ScriptedModel(
            Function<ChatRequest, Answer<Completion>> answers,
            Function<ScoreRequest, Answer<PromptLogProbabilities>> scores) {
        this.answers = answers;
        this.scores = scores;
    }

    /** Creates a model that answers questions. */
    public static ScriptedModel answering(Function<ChatRequest, Answer<Completion>> answers) {
        return new ScriptedModel(answers, request -> {
            throw new AssertionError("no text is to be scored");
        });
    }

    /** Creates a model that scores texts. */
    public static ScriptedModel scoring(Function<ScoreRequest, Answer<PromptLogProbabilities>> scores) {
        return new ScriptedModel(
                request -> {
                    throw new AssertionError("no question is to be asked");
                },
                scores);
    }

    /** Returns a complete answer without log-probabilities. */
    public static Answer<Completion> text(String text) {
        return text(text, List.of());
    }

    /** Returns a complete answer. */
    public static Answer<Completion> text(String text, List<ScoredToken> tokens) {
        return Answer.received(new Completion(text, tokens, new TokenUsage(20, 5), "scripted-1", 1));
    }

    /** Returns the questions so far. */
    public List<ChatRequest> asked() {
        return List.copyOf(asked);
    }

    /** Returns the scored texts so far. */
    public List<ScoreRequest> scored() {
        return List.copyOf(scored);
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public Set<Ability> abilities() {
        return Set.of(Ability.values());
    }

    @Override
    public Answer<Completion> complete(ChatRequest request) {
        asked.add(request);
        return answers.apply(request);
    }

    @Override
    public Answer<PromptLogProbabilities> score(ScoreRequest request) {
        scored.add(request);
        return scores.apply(request);
    }
}
