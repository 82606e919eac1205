package dev.assay.model.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelCopy;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.dialogue.Role;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContinuedTrainingTest {
    private static final HookPoint RESIDUAL = HookPoint.parse("blocks.0.hook_resid_post");
    private static final int END = 9;
    private static HookedTransformer base;

    @BeforeAll
    static void load() {
        base = Fixtures.load("gpt_neox");
    }

    @AfterAll
    static void close() {
        base.close();
    }

    /** Examples of the form [a, b, scratchpad…, END, answer] whose answer and scratchpad are trained. */
    private static SupervisedExamples examples() {
        SplittableRandom random = new SplittableRandom(3);
        List<SupervisedExample> examples = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int scratchpad = 2 + random.nextInt(3);
            int[] ids = new int[scratchpad + 4];
            Role[] roles = new Role[ids.length];
            float[] weights = new float[ids.length];
            Arrays.fill(roles, Role.SCRATCHPAD);
            Arrays.fill(weights, 1);
            ids[0] = 20 + random.nextInt(5);
            ids[1] = 30 + random.nextInt(5);
            roles[0] = Role.USER;
            roles[1] = Role.USER;
            weights[1] = 0;
            for (int j = 0; j < scratchpad; j++) {
                ids[2 + j] = 40 + (ids[0] + j) % 5;
            }
            ids[ids.length - 2] = END;
            roles[ids.length - 2] = Role.NONE;
            ids[ids.length - 1] = ids[0] + 10;
            roles[ids.length - 1] = Role.ASSISTANT;
            examples.add(new SupervisedExample(ids, weights, roles));
        }
        return new SupervisedExamples(examples);
    }

    private static TransformerTrainer.Builder trainer(TrainingData data) {
        return TransformerTrainer.continuing(base, data)
                .steps(30)
                .batch(8)
                .warmup(3)
                .learningRate(5e-3)
                .seed(2)
                .listener(progress -> {});
    }

    private static Map<String, float[]> weights(HookedTransformer model) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        model.parameters().forEach((name, array) -> weights.put(name, array.toFloatArray()));
        return weights;
    }

    private static void assertEqualWeights(HookedTransformer a, HookedTransformer b) {
        Map<String, float[]> second = weights(b);
        weights(a).forEach((name, values) -> assertArrayEquals(values, second.get(name), name));
    }

    @Test
    void trainsACopyReproduciblyAndLeavesTheBaseUnchanged(@TempDir Path folder) throws IOException {
        String before = base.hash();
        List<ModelTrainingProgress> steps = new ArrayList<>();
        TrainingData data = examples();
        try (HookedTransformer once = trainer(data)
                        .listener(steps::add)
                        .validateOn(examples().inOrder(7))
                        .validation(10, 64)
                        .train();
                HookedTransformer twice = trainer(data).train();
                HookedTransformer other = trainer(data).seed(3).train()) {
            assertEquals(before, base.hash());
            assertEqualWeights(once, twice);
            assertFalse(once.hash().equals(other.hash()), "another order of the examples");
            assertTrue(steps.get(0).loss() > 3, () -> "first " + steps.get(0));
            assertTrue(steps.get(29).loss() < 1, () -> "last " + steps.get(29));
            assertTrue(steps.get(29).validationLoss() < 1, () -> "last " + steps.get(29));
            assertTrue(Double.isNaN(steps.get(0).validationLoss()));
            assertEquals(Map.of(), steps.get(0).terms());

            once.save(folder.resolve("tuned"));
            try (HookedTransformer loaded = HookedTransformer.load(folder.resolve("tuned"))) {
                assertEqualWeights(once, loaded);
                assertEquals(base.tokenizer().eosId(), loaded.tokenizer().eosId());
            }
        }
    }

    @Test
    void validationLossIsTheMeanOverTheTrainedTokensOfTheRows() throws IOException {
        List<TokenRows> rows = examples().inOrder(7);
        List<ModelTrainingProgress> steps = new ArrayList<>();
        try (HookedTransformer tuned = trainer(examples())
                .steps(2)
                .validateOn(rows)
                .listener(steps::add)
                .train()) {
            double sum = 0;
            int count = 0;
            for (SupervisedExample example : examples().examples()) {
                for (double loss : losses(tuned, example)) {
                    sum += loss;
                    count++;
                }
            }
            assertEquals(sum / count, steps.get(1).validationLoss(), 1e-5);
        }
    }

    /** Computes −log p of every trained token of an example, in float64 from the logits. */
    private static List<Double> losses(HookedTransformer model, SupervisedExample example) {
        List<Double> losses = new ArrayList<>();
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            long[] ids = Arrays.stream(example.ids()).asLongStream().toArray();
            NDArray logits = model.forward(Aten.longs(model.manager(), ids).reshape(1, ids.length));
            for (int i = 1; i < ids.length; i++) {
                if (example.lossWeights()[i] > 0) {
                    losses.add(negativeLogProbability(logits.get(0, i - 1).toFloatArray(), (int) ids[i]));
                }
            }
        }
        return losses;
    }

    private static double negativeLogProbability(float[] logits, int target) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - logits[target]);
        }
        return Math.log(sum);
    }

    @Test
    void tokensOfWeightZeroAfterTheTrainedOnesHaveNoInfluence() throws IOException {
        TokenRows rows = examples().inOrder(20).get(0);
        Map<String, float[]> expected = gradients(rows, List.of());
        long[] ids = rows.ids().clone();
        int changed = 0;
        for (int i = 0; i < ids.length; i++) {
            if (rows.roles()[i].equals(Role.NONE) && rows.lossWeights()[i] == 0) { // padding
                ids[i] = 50 + i % 7;
                changed++;
            }
        }
        assertTrue(changed > 0, "no padding");
        TokenRows other = new TokenRows(rows.rows(), rows.length(), ids, rows.lossWeights(), rows.roles());
        gradients(other, List.of()).forEach((name, values) -> assertArrayEquals(expected.get(name), values, name));
    }

    @Test
    void weightsOfExamplesScaleTheirShareOfTheGradient() throws IOException {
        SupervisedExample first = examples().examples().get(0);
        SupervisedExample second = examples().examples().get(1);
        Map<String, float[]> a =
                gradients(new SupervisedExamples(List.of(first)).inOrder(1).get(0), List.of());
        Map<String, float[]> b =
                gradients(new SupervisedExamples(List.of(second)).inOrder(1).get(0), List.of());
        Map<String, float[]> both = gradients(
                new SupervisedExamples(List.of(first.weighted(3), second))
                        .inOrder(2)
                        .get(0),
                List.of());
        double weightA = 3.0 * (first.length() - 2);
        double weightB = second.length() - 2;
        both.forEach((name, values) -> {
            for (int i = 0; i < values.length; i++) {
                double mean = (weightA * a.get(name)[i] + weightB * b.get(name)[i]) / (weightA + weightB);
                assertEquals(mean, values[i], 1e-5, name);
            }
        });
    }

    private static Map<String, float[]> gradients(TokenRows rows, List<WeightedTerm> terms) throws IOException {
        try (HookedTransformer model = ModelCopy.of(base);
                Scope scope = Scope.open()) {
            model.parameters().values().forEach(array -> array.setRequiresGradient(true));
            new TrainingLoss(model, terms).backward(rows);
            Map<String, float[]> gradients = new LinkedHashMap<>();
            model.parameters()
                    .forEach((name, array) ->
                            gradients.put(name, array.getGradient().toFloatArray()));
            model.parameters().values().forEach(array -> array.setRequiresGradient(false));
            return gradients;
        }
    }

    @Test
    void valuesOfTheTermsAreThoseOfTheirFormulas() throws IOException {
        TokenRows rows = examples().inOrder(20).get(0);
        float[] probe = probe();
        double endSum = 0;
        double probeSum = 0;
        int count = 0;
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open();
                ActivationCache cache = base.cache(rows.toArray(base.manager()), RESIDUAL)) {
            NDArray logits = base.forward(rows.toArray(base.manager()));
            for (int i = 0; i < rows.ids().length; i++) {
                if (rows.roles()[i].equals(Role.SCRATCHPAD)) {
                    int row = i / rows.length();
                    int at = i % rows.length();
                    endSum += negativeLogProbability(logits.get(row, at).toFloatArray(), END);
                    float[] x = cache.get(RESIDUAL).get(row, at).toFloatArray();
                    double score = 0.3;
                    for (int j = 0; j < x.length; j++) {
                        score += x[j] * probe[j];
                    }
                    probeSum += 1 / (1 + Math.exp(-score));
                    count++;
                }
            }
        }
        TrainingLoss.Values values = values(base, rows, terms());
        assertEquals(endSum / count, values.terms().get("scratchpad_length"), 1e-5);
        assertEquals(probeSum / count, values.terms().get("probe"), 1e-5);
        assertEquals(
                values.nextToken()
                        + 0.5 * values.terms().get("scratchpad_length")
                        + 2 * values.terms().get("probe"),
                values.total(),
                1e-5);
    }

    private static TrainingLoss.Values values(HookedTransformer model, TokenRows rows, List<WeightedTerm> terms)
            throws IOException {
        try (HookedTransformer copy = ModelCopy.of(model);
                Scope scope = Scope.open()) {
            copy.parameters().values().forEach(array -> array.setRequiresGradient(true));
            TrainingLoss.Values values = new TrainingLoss(copy, terms).backward(rows);
            copy.parameters().values().forEach(array -> array.setRequiresGradient(false));
            return values;
        }
    }

    private static float[] probe() {
        SplittableRandom random = new SplittableRandom(8);
        float[] probe = new float[base.config().dModel()];
        for (int i = 0; i < probe.length; i++) {
            probe[i] = (float) random.nextDouble(-1, 1);
        }
        return probe;
    }

    private static List<WeightedTerm> terms() {
        return List.of(
                new WeightedTerm(new ScratchpadLengthPenalty(END), 0.5),
                new WeightedTerm(new ProbePenalty(RESIDUAL, probe(), 0.3, Role.SCRATCHPAD), 2));
    }

    @Test
    void gradientsOfTheTermsAreThoseOfFiniteDifferences() throws IOException {
        TokenRows rows = examples().inOrder(20).get(0);
        for (WeightedTerm term : terms()) {
            Map<String, float[]> with = gradients(rows, List.of(term));
            Map<String, float[]> without = gradients(rows, List.of());
            Map<String, float[]> difference = new LinkedHashMap<>();
            double squares = 0;
            for (Map.Entry<String, float[]> entry : with.entrySet()) {
                float[] values = entry.getValue().clone();
                for (int i = 0; i < values.length; i++) {
                    values[i] -= without.get(entry.getKey())[i];
                    squares += (double) values[i] * values[i];
                }
                difference.put(entry.getKey(), values);
            }
            // Along its own direction, the slope of a function is the norm of its gradient.
            double norm = Math.sqrt(squares);
            double step = 0.01 / Math.max(1, norm);
            double slope = (moved(difference, step / norm, rows, term) - moved(difference, -step / norm, rows, term))
                    / (2 * step);
            assertTrue(norm > 1e-3, () -> term.term().name() + " has no gradient");
            assertEquals(norm, slope, 0.02 * norm, term.term().name());
        }
    }

    /** Returns the weighted term of a model that was moved along a direction. */
    private static double moved(Map<String, float[]> direction, double by, TokenRows rows, WeightedTerm term)
            throws IOException {
        try (HookedTransformer model = ModelCopy.of(base);
                Scope scope = Scope.open()) {
            model.parameters()
                    .forEach((name, array) ->
                            Aten.add_(array, model.manager().create(direction.get(name), array.getShape()), by));
            return term.weight()
                    * values(model, rows, List.of(term)).terms().get(term.term().name());
        }
    }

    @Test
    void penaltiesDecreaseWhatTheyMeasure() throws IOException {
        List<ModelTrainingProgress> plain = new ArrayList<>();
        List<ModelTrainingProgress> length = new ArrayList<>();
        List<ModelTrainingProgress> probed = new ArrayList<>();
        ProbePenalty probe = new ProbePenalty(RESIDUAL, probe(), 0.3, Role.SCRATCHPAD);
        trainer(examples())
                .lossTerm(new ScratchpadLengthPenalty(END), 0)
                .lossTerm(probe, 0)
                .listener(plain::add)
                .train()
                .close();
        trainer(examples())
                .lossTerm(new ScratchpadLengthPenalty(END), 1)
                .listener(length::add)
                .train()
                .close();
        trainer(examples()).lossTerm(probe, 3).listener(probed::add).train().close();
        assertTrue(
                length.get(29).terms().get("scratchpad_length")
                        < 0.8 * plain.get(29).terms().get("scratchpad_length"),
                () -> length.get(29) + " against " + plain.get(29));
        assertTrue(
                probed.get(29).terms().get("probe")
                        < 0.5 * plain.get(29).terms().get("probe"),
                () -> probed.get(29) + " against " + plain.get(29));
    }

    @Test
    void trainsOnMixturesWithACorpus() throws IOException {
        Corpus corpus = Corpus.of(
                        base.tokenizer(),
                        TextSource.of(List.of(new Document("a", "the cat sat on a red mat. ".repeat(30)))))
                .contextLength(12)
                .heldOutEvery(0)
                .build();
        List<ModelTrainingProgress> steps = new ArrayList<>();
        trainer(MixedData.of(examples(), 1).and(new CorpusContexts(corpus), 1))
                .listener(steps::add)
                .train()
                .close();
        assertTrue(steps.get(29).loss() < 0.7 * steps.get(0).loss(), () -> steps.get(0) + " " + steps.get(29));
        assertEquals(30L * 8 * 12, steps.get(29).tokens());
        assertTrue(Double.isNaN(steps.get(29).validationLoss()), "nothing is held out");
    }

    @Test
    void rejectsOptionsThatDoNotApply() {
        refused(
                "embeddingDeviation is an option of a new model",
                () -> trainer(examples()).embeddingDeviation(1));
        refused("device is an option of a new model", () -> trainer(examples()).device(ai.djl.Device.cpu()));
        refused(
                "duplicate loss term \"scratchpad_length\"",
                () -> trainer(examples())
                        .lossTerm(new ScratchpadLengthPenalty(END), 1)
                        .lossTerm(new ScratchpadLengthPenalty(END), 1)
                        .train());
        refused(
                "the probe has 3 weights, expected " + base.config().dModel(),
                () -> trainer(examples())
                        .lossTerm(new ProbePenalty(RESIDUAL, new float[3], 0, Role.SCRATCHPAD), 1)
                        .train());
        int[] ids = new int[base.config().contextLength() + 1];
        float[] weights = new float[ids.length];
        Arrays.fill(weights, 1);
        Role[] roles = new Role[ids.length];
        Arrays.fill(roles, Role.USER);
        refused(
                "the longest row of the training data (1 supervised examples) has " + ids.length
                        + " tokens, expected 2 to the model's context length, " + (ids.length - 1),
                () -> trainer(new SupervisedExamples(List.of(new SupervisedExample(ids, weights, roles))))
                        .train());
        refused("has 2 tokens, expected one", () -> ScratchpadLengthPenalty.of("xq", base.tokenizer()));
    }

    private static void refused(String message, org.junit.jupiter.api.function.Executable action) {
        InvalidInputException refused = assertThrows(InvalidInputException.class, action);
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }
}
