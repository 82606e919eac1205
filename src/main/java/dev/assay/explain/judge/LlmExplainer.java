package dev.assay.explain.judge;

import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.ExplanationFailedException;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.Part;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.AnswerFormat;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.Completion;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.saebench.SaeBenchWindows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * Describes features with a language model, from examples of the training documents. The settings of each explanation name the windows in
 * the prompt, the key of the request, and its tokens and tries.
 */
public final class LlmExplainer implements Explainer {
    /** The name of the method in tables and files. */
    public static final String KIND = "llm";

    private static final int SHARE_OF_TOP = 4;
    private static final int LONGEST = 1000;

    private final LanguageModel model;
    private final ExplainerOptions options;
    private final IntFunction<List<String>> promoted;
    private final ExplainerPrompt prompts;

    private LlmExplainer(LanguageModel model, ExplainerOptions options, IntFunction<List<String>> promoted) {
        this.model = model;
        this.options = options;
        this.promoted = promoted;
        this.prompts = new ExplainerPrompt(options, FewShot.all());
    }

    /**
     * Creates an explainer that sees examples only.
     *
     * @param model answers the prompts
     * @param options the form of the prompt
     * @return the explainer
     */
    public static LlmExplainer of(LanguageModel model, ExplainerOptions options) {
        return new LlmExplainer(model, options, latent -> List.of());
    }

    /**
     * Adds the effect of a feature on the output of the model to the prompt.
     *
     * @param tokens the tokens that a latent makes more probable, most first; empty for none
     * @return a copy
     */
    public LlmExplainer withPromotedTokens(IntFunction<List<String>> tokens) {
        return new LlmExplainer(model, options, tokens);
    }

    @Override
    public ExplainerDescription description() {
        Map<String, String> settings = new TreeMap<>(model.settings());
        settings.put("style", options.style().id());
        settings.put("seed", Long.toString(options.seed()));
        settings.put("temperature", Double.toString(options.temperature()));
        return new ExplainerDescription(KIND, model.name(), settings);
    }

    /**
     * Explains a feature.
     *
     * @param examples the examples; only training documents are read
     * @return the explanation
     * @throws ExplanationFailedException if the answer is a failure or has no text
     */
    @Override
    public Explanation explain(FeatureExamples examples) {
        List<TextWindow> windows = windows(examples);
        ChatRequest request = new ChatRequest(
                prompts.of(windows, promoted.apply(examples.latent())),
                new ChatRequest.Settings(options.maxTokens(), options.temperature(), options.seed(), 0),
                AnswerFormat.text());
        Answer<Completion> answer = model.complete(request);
        if (answer instanceof Answer.Failed<Completion> failed) {
            throw new ExplanationFailedException(failed.kind(), failed.reason());
        }
        Completion completion = ((Answer.Received<Completion>) answer).value();
        String text = text(completion.text());
        if (text.isEmpty()) {
            throw new ExplanationFailedException(
                    FailureKind.UNPARSABLE, "the answer has no text after " + ExplainerPrompt.ANSWER_MARK);
        }
        ExplainerDescription by = description()
                .with("request", request.key(model.name()))
                .with("windows", windows.stream().map(TextWindow::id).collect(Collectors.joining(" ")))
                .with("servedBy", completion.servedBy())
                .with("promptTokens", completion.usage().promptTokens())
                .with("completionTokens", completion.usage().completionTokens())
                .with("tries", completion.tries());
        return Explanation.of(examples.latent(), text, by);
    }

    /** Returns the description in an answer: the text after the last mark, or the whole answer without one. */
    static String text(String answer) {
        int mark = answer.lastIndexOf(ExplainerPrompt.ANSWER_MARK);
        String text = mark < 0 ? answer : answer.substring(mark + ExplainerPrompt.ANSWER_MARK.length());
        String line = text.strip().replaceAll("\\s+", " ");
        if (line.startsWith(ExplainerPrompt.ANSWER_PREFIX)) {
            line = line.substring(ExplainerPrompt.ANSWER_PREFIX.length()).strip();
        }
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST);
    }

    private List<TextWindow> windows(FeatureExamples examples) {
        if (options.style() == ExplainerOptions.Style.SAEBENCH) {
            return SaeBenchWindows.draw(examples, Part.TRAIN, SaeBenchWindows.Counts.EXPLAINER, options.seed()).stream()
                    .sorted(Comparator.comparing(TextWindow::max).reversed())
                    .limit(options.windows())
                    .toList();
        }
        List<TextWindow> top = examples.windows(Part.TRAIN, Stratum.TOP);
        if (options.style() == ExplainerOptions.Style.TOKEN_LEVELS) {
            return top.subList(0, Math.min(options.windows(), top.size()));
        }
        // The groups are drawn independently, so a window can be in both.
        Map<String, TextWindow> chosen = new LinkedHashMap<>();
        for (TextWindow window : top.subList(0, Math.min(top.size(), Math.max(1, options.windows() / SHARE_OF_TOP)))) {
            chosen.put(window.id(), window);
        }
        List<List<TextWindow>> deciles = new ArrayList<>();
        for (int decile = Stratum.DECILES.size(); decile >= 1; decile--) {
            deciles.add(examples.windows(Part.TRAIN, Stratum.decile(decile)));
        }
        int longest = deciles.stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < longest; i++) {
            for (List<TextWindow> decile : deciles) {
                if (i < decile.size() && chosen.size() < options.windows()) {
                    chosen.putIfAbsent(decile.get(i).id(), decile.get(i));
                }
            }
        }
        return List.copyOf(chosen.values());
    }
}
