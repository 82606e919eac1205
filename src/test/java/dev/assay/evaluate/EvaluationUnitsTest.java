package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextRange;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TextPosition;
import dev.assay.text.story.StoryCorpus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class EvaluationUnitsTest {
    private static final int LENGTH = 16;
    private static final HookPoint SITE = HookPoint.residPost(1);

    private static HookedTransformer model;
    private static Corpus corpus;
    private static Dictionary principal;
    private static Dictionary neurons;

    @BeforeAll
    static void load() throws IOException {
        model = HookedTransformer.load(Fixtures.folder("gpt_neox"));
        corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 300))
                .contextLength(LENGTH)
                .prependBos(true)
                .build();
        try (Scope scope = Scope.open()) {
            Baselines baselines = Baselines.of(model.runTo(SITE, model.tokens("Anna gave the red ball to the dog."))
                            .reshape(-1, model.width(SITE)))
                    .metadata(SaeMetadata.builder()
                            .hookName(SITE.name())
                            .put("exclude_special_tokens", true)
                            .build());
            principal = baselines.pca().topK(4);
            neurons = baselines.relu().dense();
        }
    }

    @AfterAll
    static void close() {
        principal.close();
        neurons.close();
        model.close();
    }

    private static Evaluation evaluation(long tokens) {
        return Evaluation.of(model, principal, corpus).tokens(tokens).baseline("neurons", neurons);
    }

    @Test
    void unitsMeasuredApartGiveTheBitsOfOneEvaluation() throws IOException, ClassNotFoundException {
        Evaluation evaluation = evaluation(5 * 32 * LENGTH);
        List<ContextRange> units = evaluation.plan().units();
        assertEquals(5, units.size());
        List<ActivationMean> means = new ArrayList<>();
        for (ContextRange unit : reversed(units)) {
            try (EvaluationUnits worker = evaluation.units();
                    ContextReader reader = reader(unit)) {
                means.add(0, copy(worker.mean(unit, reader)));
            }
        }
        ActivationMean mean = means.stream().reduce(ActivationMean.NONE, ActivationMean::plus);
        List<EvaluationSums> sums = new ArrayList<>();
        for (ContextRange unit : reversed(units)) {
            try (EvaluationUnits worker = evaluation.units();
                    ContextReader reader = reader(unit)) {
                sums.add(0, copy(worker.sums(unit, reader, mean)));
            }
        }
        assertEquals(units, copy(evaluation.plan()).units());
        EvaluationTotals totals = evaluation.totals();
        sums.forEach(totals::add);
        EvaluationTable table = totals.table();
        EvaluationTable whole = evaluation.table();
        assertEquals(whole.dictionary(), table.dictionary());
        assertEquals(whole.others(), table.others());
    }

    private static ContextReader reader(ContextRange unit) throws IOException {
        return corpus.partition(unit, TextPosition.START).read(Split.HELD_OUT);
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> reversed = new ArrayList<>(list);
        Collections.reverse(reversed);
        return reversed;
    }

    private static <T extends Serializable> T copy(T value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            @SuppressWarnings("unchecked")
            T copy = (T) in.readObject();
            return copy;
        }
    }

    @Test
    void unitBehindTheTextHasNoContext() throws IOException {
        Evaluation evaluation = evaluation(1);
        ContextRange unit = evaluation.plan().units().get(0);
        try (EvaluationUnits worker = evaluation.units();
                ContextReader reader = corpus.read(Split.HELD_OUT)) {
            ActivationMean mean = worker.mean(unit, reader);
            while (reader.next(100) != null) {
                // to the end of the text
            }
            EvaluationSums sums = worker.sums(unit, reader, mean);
            assertEquals(0, sums.contexts());
            assertEquals(0, sums.predicted());
            EvaluationTotals totals = evaluation.totals();
            totals.add(sums);
            assertTrue(assertThrows(InvalidInputException.class, totals::table)
                    .getMessage()
                    .contains("held out"));
        }
    }

    @Test
    void unitsAreWholeBatchesAndAtMost1024() {
        for (long batches : new long[] {1, 5, 1023, 1024, 1025, 5000}) {
            EvaluationPlan plan = EvaluationPlan.of(100, LENGTH, (batches - 1) * 32 * LENGTH + 1);
            List<ContextRange> units = plan.units();
            assertTrue(units.size() <= 1024, () -> units.size() + " units");
            assertEquals(
                    batches <= 1024 ? batches : (batches + plan.batchesPerUnit() - 1) / plan.batchesPerUnit(),
                    units.size());
            long end = 0;
            for (ContextRange unit : units) {
                assertEquals(end, unit.from());
                assertEquals(0, unit.from() % 32);
                end = unit.to();
            }
            assertEquals(batches * 32, end);
        }
    }

    @Test
    void meansOfPartsAreTheMeanOfAll() {
        ActivationMean first = new ActivationMean(2, new double[] {1, 10}, new double[] {0.5, -1});
        ActivationMean second = new ActivationMean(3, new double[] {2, 8}, new double[] {0, 3});
        ActivationMean both = first.plus(ActivationMean.NONE).plus(second);
        assertEquals(5, both.tokens());
        assertEquals((2 * 1 + 0.5 + 3 * 2) / 5, both.mean()[0], 1e-15);
        assertEquals((2 * 10 - 1 + 3 * 8 + 3) / 5.0, both.mean()[1], 1e-15);
        assertEquals(both.mean()[0], ActivationMean.NONE.plus(both).mean()[0]);
        assertEquals(0, ActivationMean.NONE.mean().length);
    }
}
