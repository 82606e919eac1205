package dev.assay.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.Stopwatch;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Pending;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.SplittableRandom;

/**
 * Measures a model of random weights, up to a site and to the logits, relative to its matrix products alone. The three alternate, so that
 * all run under the same load.
 */
public final class HarvestBenchmark {
    private HarvestBenchmark() {}

    /**
     * Results, medians over all counted rounds.
     *
     * @param harvestSeconds time of a batch up to the site
     * @param harvestTokensPerSecond speed up to the site
     * @param harvestFloorSeconds time of the products up to the site
     * @param harvestRatioToFloor harvest divided by its floor
     * @param forwardSeconds time of a batch to the logits
     * @param forwardTokensPerSecond speed to the logits
     * @param forwardFloorSeconds time of all products
     * @param forwardRatioToFloor forward divided by its floor
     */
    public record Report(
            @JsonProperty("harvest_seconds") double harvestSeconds,
            @JsonProperty("harvest_tokens_per_second") double harvestTokensPerSecond,
            @JsonProperty("harvest_floor_seconds") double harvestFloorSeconds,
            @JsonProperty("harvest_ratio_to_floor") double harvestRatioToFloor,
            @JsonProperty("forward_seconds") double forwardSeconds,
            @JsonProperty("forward_tokens_per_second") double forwardTokensPerSecond,
            @JsonProperty("forward_floor_seconds") double forwardFloorSeconds,
            @JsonProperty("forward_ratio_to_floor") double forwardRatioToFloor) {}

    /**
     * Returns the shape of EleutherAI/pythia-70m.
     *
     * @return its configuration
     */
    public static TransformerConfig pythia70m() {
        return TransformerConfig.gptNeoX()
                .vocabularySize(50_304)
                .contextLength(2048)
                .layers(6)
                .dModel(512)
                .heads(8)
                .dMlp(2048)
                .build();
    }

    /**
     * Runs the benchmark.
     *
     * @param config the shape of the model
     * @param point the site; the residual stream after a block
     * @param contexts of a batch
     * @param length of a context
     * @param rounds counted
     * @param warmup rounds before
     * @param device where to run
     * @return the figures
     */
    public static Report run(
            TransformerConfig config,
            HookPoint point,
            int contexts,
            int length,
            int rounds,
            int warmup,
            Device device) {
        try (HookedTransformer model = HookedTransformer.random(config, 0, device);
                ProductFloor floor = ProductFloor.of(config, contexts, length, device);
                NDManager manager = TorchEngine.newManager(device);
                Autograd off = Autograd.off()) {
            NDArray tokens = tokens(manager, config, contexts, length);
            int blocks = point.block() + 1;
            Stopwatch harvest = new Stopwatch();
            Stopwatch forward = new Stopwatch();
            Stopwatch harvestFloor = new Stopwatch();
            Stopwatch unembeddingFloor = new Stopwatch();
            for (int round = -warmup; round < rounds; round++) {
                time(manager, harvest, round, () -> model.cache(tokens, point).close());
                time(manager, harvestFloor, round, () -> floor.runBlocks(blocks));
                time(manager, forward, round, () -> model.forward(tokens));
                time(manager, unembeddingFloor, round, floor::runUnembedding);
            }
            double total = (double) contexts * length;
            double blocksFloor = harvestFloor.median();
            double allFloor = blocksFloor * config.layers() / blocks + unembeddingFloor.median();
            return new Report(
                    harvest.median(),
                    total / harvest.median(),
                    blocksFloor,
                    harvest.median() / blocksFloor,
                    forward.median(),
                    total / forward.median(),
                    allFloor,
                    forward.median() / allFloor);
        }
    }

    private static NDArray tokens(NDManager manager, TransformerConfig config, int contexts, int length) {
        SplittableRandom random = new SplittableRandom(0);
        long[] ids = random.longs((long) contexts * length, 0, config.vocabularySize())
                .toArray();
        return manager.create(ids, new Shape(contexts, length));
    }

    private static void time(NDManager manager, Stopwatch watch, int round, Runnable task) {
        watch.time(round >= 0, () -> {
            try (Scope scope = Scope.open()) {
                task.run();
                Pending.await(manager);
            }
        });
    }
}
