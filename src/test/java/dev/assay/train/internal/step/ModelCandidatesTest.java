package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.CandidateProduct;
import dev.assay.tensor.ProductPrecision;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.OptimizerOptions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Candidates on activations of a model and a dictionary that is trained on them. */
class ModelCandidatesTest {
    private static final String MODEL = "assay/stories";
    private static final HookPoint SITE = HookPoint.residPost(1);
    private static final int LATENTS = 1024;
    private static final int BATCH = 512;
    private static final int STEPS = 40;
    private static final int K = 16;

    @Test
    void selectTheLatentsOfTheFloat32Product() throws Exception {
        try (HookedTransformer model = HookedTransformer.load(MODEL);
                NDManager manager = TorchEngine.newManager(model.device());
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            ActivationSource source = ActivationSource.of(
                    model,
                    SITE,
                    Corpus.of(model.tokenizer(), StoryCorpus.of(5, 2000))
                            .contextLength(64)
                            .build());
            int width = source.width();
            TrainingPlan plan = new TrainingPlan(
                    TopKTraining.of(K),
                    LATENTS,
                    (long) STEPS * BATCH,
                    BATCH,
                    0,
                    OptimizerOptions.of(1e-3),
                    AuxiliaryLoss.standard(),
                    DeadLatentRule.after(Long.MAX_VALUE),
                    true,
                    true,
                    false);
            try (ActivationStream stream = source.open(StreamPosition.START);
                    TrainingState state =
                            new TrainingState(manager, plan, InitialDictionary.of(manager, plan, width, width))) {
                NDArray all = batch(stream, manager, width, STEPS + 1);
                NDArray x = Aten.contiguous(rows(all, STEPS));
                ActivationScale scale = ActivationScale.of(
                        Math.sqrt(width) / Aten.rowNorms(x).mean().getFloat());
                for (int step = 0; step < STEPS; step++) {
                    state.step(Aten.mul(Aten.contiguous(rows(all, step)), scale.input()));
                }
                x = Aten.mul(x, scale.input());
                for (ProductPrecision precision :
                        new ProductPrecision[] {ProductPrecision.BF16, ProductPrecision.INT8}) {
                    if (CandidateProduct.isSupported(manager, precision)) {
                        assertEquals(0, rowsThatDiffer(state.parameters(), x, precision), precision.key());
                    }
                }
            }
        }
    }

    private static NDArray rows(NDArray all, int batch) {
        return all.get(new NDIndex("{}:{}", (long) batch * BATCH, (batch + 1L) * BATCH));
    }

    private static NDArray batch(ActivationStream stream, NDManager manager, int width, int batches) throws Exception {
        NDArray all = manager.create(new Shape((long) batches * BATCH, width));
        for (long filled = 0; filled < all.getShape().get(0); ) {
            try (Scope scope = Scope.open()) {
                NDArray values = stream.next().values();
                long count = Math.min(values.getShape().get(0), all.getShape().get(0) - filled);
                Aten.copy_(
                        all.get(new NDIndex("{}:{}", filled, filled + count)), values.get(new NDIndex("0:{}", count)));
                filled += count;
            }
        }
        return all;
    }

    private static int rowsThatDiffer(DictionaryParameters p, NDArray x, ProductPrecision precision) {
        NDArray bias = Aten.addmv(p.encoderBias(), p.encoder(), p.decoderBias(), -1);
        NDArray scores = Aten.linear(x, p.encoder(), bias);
        long[] expected = Aten.topK(scores, K).indices().toLongArray();
        CandidateProduct.Matrix matrix = new CandidateProduct.Matrix(
                p.encoder(), bias, p.encoderBias(), p.encoderBias().getManager().ones(new Shape(1)));
        Aten.Selection found =
                CandidateProduct.of(matrix, precision).largest(new CandidateProduct.Rows(x, x.sub(p.decoderBias())), K);
        long[] latents = found.indices().toLongArray();
        float[] values = found.values().toFloatArray();
        float[] all = scores.toFloatArray();
        int different = 0;
        for (int row = 0; row < BATCH; row++) {
            long[] a = Arrays.copyOfRange(expected, row * K, row * K + K);
            long[] b = Arrays.copyOfRange(latents, row * K, row * K + K);
            Arrays.sort(a);
            Arrays.sort(b);
            different += Arrays.equals(a, b) ? 0 : 1;
            for (int i = row * K; i < row * K + K; i++) {
                float score = all[row * LATENTS + (int) latents[i]];
                assertTrue(Math.abs(values[i] - score) <= 1e-5 * (1 + Math.abs(score)), values[i] + " is not " + score);
            }
        }
        return different;
    }
}
