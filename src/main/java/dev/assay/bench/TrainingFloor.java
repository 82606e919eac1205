package dev.assay.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.Stopwatch;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Pending;
import dev.assay.tensor.Scope;
import dev.assay.train.internal.step.EmbeddingBag;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.SparseEntries;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The minimum work of a training step, each part measured separately on existing arrays. For a sparse step: the encoder product (two for a
 * gated dictionary), plain top-k over its result, four sparse passes over the codes, and one fused Adam over both matrices. For a dense
 * step: the five products.
 */
final class TrainingFloor implements AutoCloseable {
    private final boolean dense;
    private final int products;
    private final int k;
    private final DictionaryParameters parameters;
    private final DictionaryParameters first;
    private final DictionaryParameters second;
    private final NDArray scores; // [batch, d_sae]
    private final NDArray step;
    private final Map<String, Stopwatch> parts = new LinkedHashMap<>();

    private TrainingFloor(NDManager manager, TrainingBenchmark.Case sizes, int k, boolean dense) {
        this.dense = dense;
        this.k = k;
        this.products = sizes.method().encoderProducts();
        this.parameters = InitialDictionary.random(manager, sizes.dIn(), sizes.dSae(), 1);
        this.first = parameters.zerosLike();
        this.second = parameters.zerosLike();
        this.scores = Scope.detached(() -> manager.zeros(new Shape(sizes.batch(), sizes.dSae())));
        this.step = Scope.detached(() -> manager.create(1f));
    }

    static TrainingFloor sparse(NDManager manager, TrainingBenchmark.Case sizes, int k) {
        return new TrainingFloor(manager, sizes, k, false);
    }

    static TrainingFloor dense(NDManager manager, TrainingBenchmark.Case sizes) {
        return new TrainingFloor(manager, sizes, 0, true);
    }

    void run(NDArray x, boolean counted) {
        try (Scope scope = Scope.open()) {
            if (dense) {
                runDense(x, counted);
            } else {
                runSparse(x, counted);
            }
        }
    }

    private void runDense(NDArray x, boolean counted) {
        NDArray decoder = parameters.decoder();
        NDArray out = x.zerosLike();
        time("encoder_product", counted, () -> Aten.mm(x, parameters.encoder().transpose(), scores));
        time("decoder_product", counted, () -> Aten.mm(scores, decoder, out));
        time("decoder_gradient", counted, () -> Aten.mm(scores.transpose(), x, second.decoder()));
        time("code_gradient", counted, () -> Aten.mm(x, decoder.transpose(), scores));
        time("encoder_gradient", counted, () -> Aten.mm(scores.transpose(), x, second.encoder()));
    }

    private void runSparse(NDArray x, boolean counted) {
        NDArray transposed = parameters.encoder().transpose();
        for (int i = 0; i < products; i++) {
            time("encoder_product" + (i == 0 ? "" : "_" + (i + 1)), counted, () -> Aten.mm(x, transposed, scores));
        }
        time("top_k", counted, () -> Aten.topK(scores, k));
        // Sorting by latent is part of the step, not of a pass over rows, so it is done before the measurement.
        SparseEntries entries = Selector.topK(k).select(consumer -> consumer.accept(scores));
        NDArray values = entries.values();
        NDArray order = Aten.sort(entries.latents()).indices();
        NDArray sorted = Aten.indexSelect(values, 0, order);
        EmbeddingBag ofRows = EmbeddingBag.of(
                entries.latents(), entries.rows(), (int) x.getShape().get(0));
        EmbeddingBag ofLatents =
                EmbeddingBag.of(Aten.indexSelect(entries.rows(), 0, order), entries.latents(), parameters.dSae());
        NDArray[] gradients = new NDArray[2];
        time("sparse_passes", counted, () -> {
            ofRows.sums(parameters.decoder(), values);
            Aten.embeddingBagWeightsGradient(
                    x, parameters.decoder(), entries.latents(), ofRows.offsets(), entries.rows());
            gradients[0] = ofLatents.sums(x, sorted);
            gradients[1] = ofLatents.sums(x, sorted);
        });
        time(
                "fused_adam",
                counted,
                () -> Aten.adam_(
                        List.of(parameters.encoder(), parameters.decoder()),
                        List.of(gradients),
                        List.of(first.encoder(), first.decoder()),
                        List.of(second.encoder(), second.decoder()),
                        List.of(step, step),
                        Aten.AdamOptions.of(1e-4, 0.9, 0.999),
                        null));
    }

    private void time(String part, boolean counted, Runnable task) {
        parts.computeIfAbsent(part, name -> new Stopwatch()).time(counted, () -> {
            task.run();
            Pending.await(scores.getManager());
        });
    }

    Map<String, Double> medians() {
        Map<String, Double> medians = new LinkedHashMap<>();
        parts.forEach((part, watch) -> medians.put(part, watch.median()));
        return medians;
    }

    @Override
    public void close() {
        parameters.close();
        first.close();
        second.close();
        scores.close();
        step.close();
    }
}
