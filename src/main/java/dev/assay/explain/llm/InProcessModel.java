package dev.assay.explain.llm;

import dev.assay.InvalidInputException;
import dev.assay.explain.FailureKind;
import dev.assay.model.Generator;
import dev.assay.model.HookedTransformer;
import dev.assay.model.LogProbabilities;
import dev.assay.model.PromptCache;
import dev.assay.model.Sampling;
import dev.assay.model.TokenLogProbability;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A transformer of this process as a language model. It returns the log-probabilities of prompts, which few servers do, so the all-at-once
 * simulator of OpenAI's protocol runs on it exactly. Whether the answers make sense depends on the model: a model that cannot follow a
 * prompt is a test of the arithmetic, not a judge of meaning.
 *
 * <p>A request is computed from the first block of tokens on in which its prompt differs from the prompt before, see {@link PromptCache}, so
 * questions with equal instructions and examples cost little more than their own texts. Requests of several threads are computed one after
 * another.
 *
 * <p>JSON schemas are not enforced. An answer ends at the stop text of the template, at the end-of-sequence token, or, where JSON was
 * requested, after the first complete object. Open hooks act.
 */
public final class InProcessModel implements LanguageModel, AutoCloseable {
    private final HookedTransformer model;
    private final PromptCache prompts;
    private final ChatTemplate template;
    private final Map<String, String> settings;

    private InProcessModel(HookedTransformer model, ChatTemplate template, Map<String, String> settings) {
        this.model = model;
        this.prompts = PromptCache.of(model);
        this.template = template;
        this.settings = settings;
    }

    /**
     * Wraps a transformer with a tokenizer. Reads every weight once, for the hash in the settings.
     *
     * @param model the whole model, which must stay open; the caller closes it
     * @param template the text form of conversations
     * @return the language model; closing it frees the keys and values of the last prompt
     * @throws InvalidInputException if the model has no tokenizer
     */
    public static InProcessModel of(HookedTransformer model, ChatTemplate template) {
        // Reports a missing tokenizer before the first request.
        model.tokenizer();
        return new InProcessModel(
                model,
                template,
                Map.of(
                        "server", "in-process",
                        "weights", model.hash(),
                        "template", template.name()));
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public Set<Ability> abilities() {
        return Set.of(Ability.LOG_PROBABILITIES, Ability.PROMPT_LOG_PROBABILITIES);
    }

    @Override
    public Map<String, String> settings() {
        return settings;
    }

    @Override
    public Answer<Completion> complete(ChatRequest request) {
        int[] prompt = withBos(model.tokenizer().encode(template.prompt(request.messages())));
        ChatRequest.Settings sampling = request.settings();
        int context = model.config().contextLength();
        if (prompt.length + sampling.maxTokens() > context) {
            return tooLong("the prompt has " + prompt.length + " tokens and the answer up to " + sampling.maxTokens());
        }
        AnswerTokens tokens = new AnswerTokens(request, prompt);
        synchronized (prompts) {
            new Generator(context, texts -> next(texts.get(0), prompt.length))
                    .continueTexts(
                            List.of(prompt),
                            sampling.maxTokens(),
                            new Sampling(sampling.temperature(), 0, sampling.seed()),
                            (text, token, logits) -> tokens.add(token, logits));
        }
        boolean start = request.format() instanceof AnswerFormat.Start;
        if (!tokens.ended && !start) {
            return Answer.failed(
                    FailureKind.TRUNCATED,
                    "the answer reached the limit of " + sampling.maxTokens() + " tokens before its end");
        }
        String whole = start ? tokens.generated() : tokens.text();
        // The first tokens are read also if they are white space or the end of the answer.
        String text = start && !ReasoningText.begins(whole) ? whole : ReasoningText.removedFrom(whole);
        if (text.isEmpty()) {
            return Answer.failed(FailureKind.UNPARSABLE, "the answer has no text, expected some");
        }
        return Answer.received(new Completion(
                text,
                AnswerTokenList.of(tokens.scored, text),
                new TokenUsage(prompt.length, tokens.ids.size()),
                name(),
                1));
    }

    @Override
    public Answer<PromptLogProbabilities> score(ScoreRequest request) {
        Tokenizer tokenizer = model.tokenizer();
        int[] ids = withBos(tokenizer.encode(request.text()));
        int context = model.config().contextLength();
        if (ids.length > context) {
            return tooLong("the text has " + ids.length + " tokens");
        }
        if (ids.length < 2) {
            return Answer.received(new PromptLogProbabilities(List.of(), new TokenUsage(ids.length, 0)));
        }
        int bos = tokenizer.prependsBos() ? 1 : 0;
        List<String> texts = tokenizer.texts(Arrays.copyOfRange(ids, bos, ids.length));
        List<PromptCache.Prediction> predictions;
        synchronized (prompts) {
            predictions = prompts.predictions(ids, mostOf(request.topLogProbabilities()));
        }
        List<PromptLogProbabilities.PromptToken> scored = new ArrayList<>();
        int start = bos == 1 ? 0 : texts.get(0).length();
        for (int i = 0; i < predictions.size(); i++) {
            String text = texts.get(i + 1 - bos);
            PromptCache.Prediction prediction = predictions.get(i);
            ScoredToken token = new ScoredToken(text, prediction.logProbability(), byText(prediction.mostProbable()));
            scored.add(new PromptLogProbabilities.PromptToken(start, token));
            start += text.length();
        }
        return Answer.received(new PromptLogProbabilities(scored, new TokenUsage(ids.length, 0)));
    }

    /** Returns the logits after a prompt or after a token of its answer. */
    private float[] next(int[] text, int promptLength) {
        return text.length == promptLength ? prompts.nextLogits(text) : prompts.append(text[text.length - 1]);
    }

    /** Frees the keys and values of the last prompt. The transformer stays open. */
    @Override
    public void close() {
        synchronized (prompts) {
            prompts.close();
        }
    }

    private int mostOf(int count) {
        return Math.min(count, model.config().vocabularySize());
    }

    private int[] withBos(int[] ids) {
        Tokenizer tokenizer = model.tokenizer();
        if (!tokenizer.prependsBos() || (ids.length > 0 && ids[0] == tokenizer.bosId())) {
            return ids;
        }
        int[] longer = new int[ids.length + 1];
        longer[0] = tokenizer.bosId();
        System.arraycopy(ids, 0, longer, 1, ids.length);
        return longer;
    }

    private <T> Answer<T> tooLong(String found) {
        return Answer.failed(
                FailureKind.TRUNCATED,
                found + ", expected at most the context length of " + name() + ", "
                        + model.config().contextLength());
    }

    private Map<String, Double> byText(List<TokenLogProbability> ranked) {
        Map<String, Double> byText = new HashMap<>();
        for (TokenLogProbability candidate : ranked) {
            byText.merge(model.tokenizer().token(candidate.token()), candidate.logProbability(), ScoredToken::logSum);
        }
        return byText;
    }

    /** The tokens of an answer while it is generated. */
    private final class AnswerTokens {
        private final ChatRequest request;
        private final int[] prompt;
        private final List<Integer> ids = new ArrayList<>();
        private final List<ScoredToken> scored = new ArrayList<>();
        private boolean ended;

        AnswerTokens(ChatRequest request, int[] prompt) {
            this.request = request;
            this.prompt = prompt;
        }

        /** Adds a token and returns whether the answer continues. */
        boolean add(int token, float[] logits) {
            boolean start = request.format() instanceof AnswerFormat.Start;
            if (token == model.tokenizer().eosId() && !start) {
                ended = true;
                return false;
            }
            ids.add(token);
            LogProbabilities distribution = LogProbabilities.of(logits);
            int top = request.settings().topLogProbabilities();
            scored.add(new ScoredToken(
                    model.tokenizer().token(token),
                    distribution.of(token),
                    top == 0 ? Map.of() : byText(distribution.top(top))));
            String whole = generated();
            boolean complete = request.format() instanceof AnswerFormat.JsonObjectOf
                    && JsonInText.object(whole).isPresent();
            ended = complete || whole.contains(template.stop());
            return !ended;
        }

        /** Returns the answer before the stop text. */
        String text() {
            String whole = generated();
            int stop = whole.indexOf(template.stop());
            return stop < 0 ? whole : whole.substring(0, stop);
        }

        private String generated() {
            int[] all = Arrays.copyOf(prompt, prompt.length + ids.size());
            for (int i = 0; i < ids.size(); i++) {
                all[prompt.length + i] = ids.get(i);
            }
            return String.join(
                    "", model.tokenizer().detokenizer().excerpt(all, prompt.length, all.length, index -> index == 0));
        }
    }
}
