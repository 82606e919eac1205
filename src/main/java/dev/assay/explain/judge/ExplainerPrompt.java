package dev.assay.explain.judge;

import dev.assay.explain.TextWindow;
import dev.assay.explain.llm.ChatMessage;
import dev.assay.explain.llm.TokenEstimate;
import dev.assay.explain.measure.ActivationLevels;
import dev.assay.explain.measure.ActivationText;
import dev.assay.explain.measure.ActivationText.LevelledTokens;
import dev.assay.explain.measure.Highlighting;
import dev.assay.explain.saebench.SaeBenchWindows;
import java.util.ArrayList;
import java.util.List;

/** Builds the prompts of {@link LlmExplainer}. */
final class ExplainerPrompt {
    static final String ANSWER_MARK = "[EXPLANATION]:";
    static final String ANSWER_PREFIX = "This feature is active on";

    /** The share of active tokens below which OpenAI's protocol repeats the records without their zeros. */
    private static final double FEW_ACTIVE = 0.2;

    private static final String MARKED_SYSTEM = """
            A feature of a language model is a number that is computed for every token of a text. It is 0 on most tokens.
            You get texts in which the tokens with a large value are enclosed in << and >>. Describe in one sentence on \
            which tokens the feature is active, and in which context. Be specific: a good description lets a reader \
            predict the marks of a new text. Do not list the texts and do not mention the marks.
            Write the description after %s on the last line of your answer.""".formatted(ANSWER_MARK);

    private static final String LEVELS_SYSTEM = """
            A feature of a language model is a number that is computed for every token of a text. It is 0 on most tokens.
            You get tokens of texts, one per line, each followed by a tab and its value from 0 to 10. Describe in one \
            short sentence which tokens have large values. Do not list examples of tokens.""";

    private static final String SAEBENCH_SYSTEM = """
            A feature of a language model is active on some word, part of a word or concept in short texts. You get numbered \
            texts from the largest value of the feature to the smallest, in which the active tokens are enclosed in << and >>. \
            Describe in one sentence of at most 20 words what the active tokens have in common, so that the description covers \
            most of them. Mind capitals and punctuation where they matter. Do not be too specific and do not list many words.
            Examples of descriptions: "%1$s the word knows in rhetorical questions", "%1$s verbs of decision and preference", \
            "%1$s the letters Ent at the start of words", "%1$s text about the economic policy of governments".
            Write only the sentence, beginning with "%1$s".""".formatted(ANSWER_PREFIX);

    private final ExplainerOptions options;
    private final List<FewShot> fewShots;

    ExplainerPrompt(ExplainerOptions options, List<FewShot> fewShots) {
        this.options = options;
        this.fewShots = fewShots;
    }

    /**
     * Builds the prompt of a feature. Examples of other features are left out from the front until the prompt fits.
     *
     * @param windows examples of the feature
     * @param promoted tokens that the feature makes more probable; empty if unknown
     */
    List<ChatMessage> of(List<TextWindow> windows, List<String> promoted) {
        boolean levels = options.style() == ExplainerOptions.Style.TOKEN_LEVELS;
        boolean saeBench = options.style() == ExplainerOptions.Style.SAEBENCH;
        String question = levels ? levels(windows) : saeBench ? active(windows) : marked(windows);
        String output = promoted.isEmpty()
                ? ""
                : "\nThe feature makes these next tokens more probable: " + quoted(promoted) + "\n";
        String end = levels ? "\nDescription: " + ANSWER_PREFIX : "";
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(ChatMessage.system(levels ? LEVELS_SYSTEM : saeBench ? SAEBENCH_SYSTEM : MARKED_SYSTEM));
        for (FewShot example : saeBench ? List.<FewShot>of() : fewShots) {
            String records =
                    levels ? levelText(example.records()) + "\nDescription: " + ANSWER_PREFIX : markedText(example);
            messages.add(ChatMessage.user(records));
            messages.add(ChatMessage.assistant((levels ? "" : ANSWER_MARK) + " " + example.description()));
        }
        messages.add(ChatMessage.user(question + output + end));
        while (messages.size() > 2 && TokenEstimate.of(messages) > options.promptTokens()) {
            messages.subList(1, 3).clear();
        }
        return messages;
    }

    private static String quoted(List<String> tokens) {
        return String.join(
                ", ", tokens.stream().map(token -> "\"" + token + "\"").toList());
    }

    private static String marked(List<TextWindow> windows) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < windows.size(); i++) {
            TextWindow window = windows.get(i);
            boolean[] marks = Highlighting.atLeast(window.activations(), Highlighting.DEFAULT_THRESHOLD);
            text.append("Text ").append(i + 1).append(": ");
            text.append(Highlighting.marked(window.tokens(), marks)).append('\n');
        }
        return text.toString();
    }

    /** Writes texts whose tokens are marked from SAEBench's share of the largest activation. */
    private static String active(List<TextWindow> windows) {
        double least = SaeBenchWindows.ACTIVE_SHARE
                * windows.stream().mapToDouble(TextWindow::max).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < windows.size(); i++) {
            TextWindow window = windows.get(i);
            boolean[] marks = new boolean[window.length()];
            for (int j = 0; j < marks.length; j++) {
                marks[j] = window.activation(j) > least;
            }
            text.append(i + 1).append(". ");
            text.append(Highlighting.marked(window.tokens(), marks)
                    .replace("\uFFFD", "")
                    .replace("\n", "↵"));
            text.append('\n');
        }
        return text.toString();
    }

    private static String markedText(FewShot example) {
        StringBuilder text = new StringBuilder();
        int number = 0;
        for (LevelledTokens record : example.records()) {
            int[] levels = record.levels();
            boolean[] marks = new boolean[levels.length];
            for (int i = 0; i < levels.length; i++) {
                marks[i] = levels[i] > 0 && levels[i] >= ActivationLevels.LARGEST * Highlighting.DEFAULT_THRESHOLD;
            }
            number++;
            text.append("Text ").append(number).append(": ");
            text.append(Highlighting.marked(record.tokens(), marks)).append('\n');
        }
        return text.toString();
    }

    private static String levels(List<TextWindow> windows) {
        double maximum = windows.stream().mapToDouble(TextWindow::max).max().orElse(0);
        return levelText(windows.stream()
                .map(window -> new LevelledTokens(
                        window.tokens(), ActivationLevels.roundedDown(window.activations(), maximum)))
                .toList());
    }

    private static String levelText(List<LevelledTokens> records) {
        String all = "Activations:" + ActivationText.all(records);
        double active = ActivationLevels.nonzeroShare(
                records.stream().map(LevelledTokens::levels).toList());
        return active >= FEW_ACTIVE
                ? all
                : all + "\nThe same activations without zeros:" + ActivationText.nonzero(records);
    }
}
