package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.Simulated;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.explain.llm.Ability;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.ChatTemplate;
import dev.assay.explain.llm.Completion;
import dev.assay.explain.llm.InProcessModel;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.PromptLogProbabilities;
import dev.assay.explain.llm.ScoreRequest;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The all-at-once simulator on a transformer of the process, compared with the logits of a plain forward pass. */
class InProcessEchoTest {
    private static final int TOP = 15;
    private static final List<String> TOKENS = List.of("The", " fox", " saw", " the", " red", " ball", ".");

    @TempDir
    private Path folder;

    /** Returns the embedded model with room for long prompts; its positions are rotary, so any number works. */
    private HookedTransformer longContext() throws IOException {
        try (HookedTransformer stories = HookedTransformer.load("assay/stories")) {
            stories.save(folder.resolve("model"));
        }
        Path config = folder.resolve("model/config.json");
        Files.writeString(
                config, Files.readString(config).replaceFirst("(?<=\"max_position_embeddings\" : )128", "1024"));
        return HookedTransformer.load(folder.resolve("model"));
    }

    /** Adds the directions of some digits to the last residual stream, so that digits are among the most probable tokens. */
    private static HookScope digits(HookedTransformer model, double strength, boolean centred) {
        return model.hooks()
                .edit(HookPoint.residPost(3), (activation, site) -> {
                    NDArray sum = activation;
                    for (String digit : List.of("0", "2", "7")) {
                        int id = model.tokenizer().encode(digit)[0];
                        NDArray row = model.unembedding().get(new NDIndex(id));
                        // Rows of tokens that the stories lack are nearly equal; their difference from the mean is not.
                        NDArray direction =
                                centred ? row.sub(model.unembedding().mean(new int[] {0})) : row;
                        sum = sum.add(direction.mul(strength));
                    }
                    return sum;
                })
                .incremental()
                .open();
    }

    /** A language model that keeps its prompts. */
    private static final class Recording implements LanguageModel {
        private final LanguageModel model;
        private final List<String> prompts = new ArrayList<>();
        private String text;

        Recording(LanguageModel model) {
            this.model = model;
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
        public Answer<Completion> complete(ChatRequest request) {
            prompts.add(ChatTemplate.PLAIN.prompt(request.messages()));
            return model.complete(request);
        }

        @Override
        public Answer<PromptLogProbabilities> score(ScoreRequest request) {
            text = request.text();
            return model.score(request);
        }
    }

    @Test
    void expectedLevelsAreThoseOfAForwardPassOverThePrompt() throws IOException {
        try (HookedTransformer model = longContext();
                HookScope open = digits(model, 1.5, false)) {
            Recording language = new Recording(InProcessModel.of(model, ChatTemplate.PLAIN));
            TextWindow window =
                    new TextWindow(0, 0, new int[TOKENS.size()], TOKENS, new float[TOKENS.size()], Stratum.TOP, 1);
            Explanation explanation = Explanation.of(0, "a toy", ExplainerDescription.offline("test"));
            Simulated simulated = EchoSimulator.of(language, List.of())
                    .simulate(explanation, List.of(window))
                    .get(0);
            float[] levels = assertInstanceOf(Simulated.Values.class, simulated, simulated.toString())
                    .activations();
            double[] expected = expected(model, language.text);
            assertEquals(expected.length, levels.length);
            for (int i = 0; i < levels.length; i++) {
                assertEquals(expected[i], levels[i], 1e-3, "token " + i);
            }
            assertTrue(Arrays.stream(expected).distinct().count() > 3, Arrays.toString(expected));
        }
    }

    @Test
    void levelsOneAtATimeAreThoseOfForwardPassesOverThePrompts() throws IOException {
        try (HookedTransformer model = longContext();
                HookScope open = digits(model, 200, true);
                InProcessModel language = InProcessModel.of(model, ChatTemplate.PLAIN)) {
            TextWindow window =
                    new TextWindow(0, 0, new int[TOKENS.size()], TOKENS, new float[TOKENS.size()], Stratum.TOP, 1);
            Recording recording = new Recording(language);
            Simulated simulated = SequentialSimulator.of(recording, List.of(), 0)
                    .simulate(Explanation.of(0, "a toy", ExplainerDescription.offline("test")), List.of(window))
                    .get(0);
            float[] levels = assertInstanceOf(Simulated.Values.class, simulated, simulated.toString())
                    .activations();
            assertEquals(TOKENS.size(), recording.prompts.size());
            for (int i = 0; i < levels.length; i++) {
                int[] ids = model.tokenizer().encode(recording.prompts.get(i));
                assertEquals(expected(model, true, model.lastLogits(List.of(ids))), levels[i], 1e-3, "token " + i);
            }
        }
    }

    /** Computes the expected levels at the words "unknown" of a prompt from the logits before them. */
    private static double[] expected(HookedTransformer model, String prompt) {
        int[] ids = model.tokenizer().encode(prompt);
        List<String> texts = model.tokenizer().texts(ids);
        List<Double> expected = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            NDArray tokens = model.manager()
                    .create(Arrays.stream(ids).asLongStream().toArray())
                    .reshape(1, -1);
            NDArray logits = model.forward(tokens);
            StringBuilder before = new StringBuilder();
            for (int i = 0; i < ids.length; i++) {
                if (before.toString().endsWith("\t") && prompt.startsWith("unknown", before.length())) {
                    expected.add(expected(
                            model,
                            false,
                            logits.get(new NDIndex("0, {}", i - 1)).toFloatArray()));
                }
                before.append(texts.get(i));
            }
        }
        return expected.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Returns the expected level of a distribution; digits after a space count if {@code spaces}. */
    private static double expected(HookedTransformer model, boolean spaces, float... logits) {
        double mass = 0;
        double sum = 0;
        double largest = IntStream.range(0, logits.length)
                .mapToDouble(i -> logits[i])
                .max()
                .orElseThrow();
        List<Integer> ranked = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble(id -> -logits[id]))
                .toList();
        for (int id : ranked.subList(0, TOP)) {
            String token = model.tokenizer().token(id);
            String text = spaces ? token.strip() : token;
            if (text.matches("\\d|10")) {
                double probability = Math.exp(logits[id] - largest);
                mass += probability;
                sum += probability * Integer.parseInt(text);
            }
        }
        return mass == 0 ? 0 : sum / mass;
    }
}
