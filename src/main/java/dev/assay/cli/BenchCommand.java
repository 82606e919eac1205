package dev.assay.cli;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.bench.HarvestBenchmark;
import dev.assay.bench.LiveTrainingBenchmark;
import dev.assay.bench.TrainingBenchmark;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.MemoryUse;
import dev.assay.tensor.Threads;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.spi.TrainingMethodProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code assay bench}: measures speed. Its commands report figures and do not fail on slow machines. */
@Command(
        name = "bench",
        description = "Measures speed relative to the best possible speed of the same machine.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BenchCommand.Train.class,
            BenchCommand.Harvest.class,
            StoreBenchCommand.class,
            SweepBenchCommand.class,
            FeatureBenchCommand.class,
            ShardedBenchCommand.class,
            JobBenchCommand.class
        })
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "no benchmark given, expected train, harvest, store, sweep, features, sharded or job");
    }

    /** Options of every benchmark. */
    static final class Common {
        @Option(
                names = "--warmup",
                paramLabel = "N",
                defaultValue = "3",
                description = "number of warm-up rounds (default ${DEFAULT-VALUE})")
        private int warmup;

        @Mixin
        private DeviceOption place;

        @Option(names = "--json", description = "print one JSON object")
        private boolean json;

        Device device() {
            InvalidInputException.requireAtLeast(0, "--warmup", warmup);
            return place.device();
        }

        int warmup() {
            return warmup;
        }

        int print(CommandSpec spec, Object... reports) {
            ObjectNode node = Json.mapper().createObjectNode();
            for (Object report : reports) {
                node.setAll(Json.mapper().<ObjectNode>valueToTree(report));
            }
            node.put("peak_rss_bytes", MemoryUse.peakResidentBytes());
            node.put("threads", Threads.count());
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.print(Json.pretty(node));
            } else {
                node.properties().forEach(field -> out.printf("%-28s %s%n", field.getKey(), field.getValue()));
            }
            out.flush();
            return 0;
        }
    }

    /** The options of a training step. */
    static final class Step {
        @Option(
                names = "--k",
                paramLabel = "N",
                defaultValue = "32",
                description = "active latents (default ${DEFAULT-VALUE})")
        private int k;

        @Option(
                names = "--batch",
                paramLabel = "N",
                defaultValue = "4096",
                description = "activations per step (default ${DEFAULT-VALUE})")
        private int batch;

        int k() {
            return k;
        }

        int batch() {
            return batch;
        }
    }

    @Command(
            name = "train",
            description = "Measures training steps.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Train implements Callable<Integer> {
        private static final double DEFAULT_COEFFICIENT = 1e-3;

        @Spec
        private CommandSpec spec;

        @Mixin
        private Common common;

        @Option(
                names = "--architecture",
                paramLabel = "NAME",
                defaultValue = "topk",
                description = "topk, batchtopk, matryoshka, standard, gated, jumprelu … (see assay train)")
        private String architecture;

        @Option(
                names = "--d-in",
                paramLabel = "N",
                defaultValue = "512",
                description = "width of the activations (default ${DEFAULT-VALUE})")
        private int dIn;

        @Option(
                names = "--d-sae",
                paramLabel = "N",
                defaultValue = "16384",
                description = "latents (default ${DEFAULT-VALUE})")
        private int dSae;

        @Option(
                names = "--dead-share",
                paramLabel = "X",
                defaultValue = "0",
                description = "fraction of latents that are dead (default ${DEFAULT-VALUE})")
        private double deadShare;

        @Mixin
        private Step step;

        @Option(
                names = "--steps",
                paramLabel = "N",
                defaultValue = "8",
                description = "number of measured steps (default ${DEFAULT-VALUE})")
        private int steps;

        @Option(
                names = "--encoder-product",
                paramLabel = "NAME",
                defaultValue = "auto",
                description = "product of the encoder: auto, float32, bf16 or int8 (default ${DEFAULT-VALUE})")
        private String encoderProduct;

        @Override
        public Integer call() {
            TrainingBenchmark.Case training = new TrainingBenchmark.Case(
                    method(), dIn, dSae, step.batch, step.k, deadShare, EncoderProduct.of(encoderProduct));
            return common.print(spec, TrainingBenchmark.run(training, steps, common.warmup, common.device()));
        }

        private TrainingMethod method() {
            boolean hasCoefficient =
                    TrainingMethods.of(architecture).sparsityOption().equals(TrainingMethodProvider.COEFFICIENT);
            return TrainingMethods.create(architecture, hasCoefficient ? DEFAULT_COEFFICIENT : step.k, dSae);
        }
    }

    @Command(
            name = "harvest",
            description =
                    "Measures a random model of the shape of Pythia-70m up to blocks.3.hook_resid_post and in full, then training"
                            + " on its live activations, compared with 1 / (1/harvest + 1/train).",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Harvest implements Callable<Integer> {
        private static final HookPoint SITE = HookPoint.residPost(3);
        private static final int STORIES = 20_000;
        private static final int BATCHES = 4;

        @Spec
        private CommandSpec spec;

        @Mixin
        private Common common;

        @Option(
                names = "--contexts",
                paramLabel = "N",
                defaultValue = "32",
                description = "contexts per batch (default ${DEFAULT-VALUE})")
        private int contexts;

        @Option(
                names = "--context",
                paramLabel = "N",
                defaultValue = "128",
                description = "tokens per context (default ${DEFAULT-VALUE})")
        private int length;

        @Option(
                names = "--rounds",
                paramLabel = "N",
                defaultValue = "7",
                description = "number of measured rounds (default ${DEFAULT-VALUE})")
        private int rounds;

        @Option(
                names = "--live-rounds",
                paramLabel = "N",
                defaultValue = "2",
                description =
                        "number of measured rounds of training on the live model; 0 for none (default ${DEFAULT-VALUE})")
        private int liveRounds;

        @Option(
                names = "--d-sae",
                paramLabel = "N",
                defaultValue = "4096",
                description = "latents (default ${DEFAULT-VALUE})")
        private int dSae;

        @Mixin
        private Step step;

        @Override
        public Integer call() throws IOException {
            InvalidInputException.requireAtLeast(1, "--contexts", contexts);
            InvalidInputException.requireAtLeast(1, "--context", length);
            InvalidInputException.requireAtLeast(1, "--rounds", rounds);
            InvalidInputException.requireAtLeast(0, "--live-rounds", liveRounds);
            TransformerConfig config = HarvestBenchmark.pythia70m();
            Device device = common.device();
            HarvestBenchmark.Report harvest =
                    HarvestBenchmark.run(config, SITE, contexts, length, rounds, common.warmup, device);
            return liveRounds == 0 ? common.print(spec, harvest) : common.print(spec, harvest, train(config, device));
        }

        private LiveTrainingBenchmark.Report train(TransformerConfig config, Device device) throws IOException {
            try (HookedTransformer model = HookedTransformer.random(config, 0, device);
                    HookedTransformer stories = HookedTransformer.load("assay/stories")) {
                Corpus corpus = Corpus.of(stories.tokenizer(), StoryCorpus.of(0, STORIES))
                        .contextLength(length)
                        .build();
                ActivationSource source = ActivationSource.of(model, SITE, corpus);
                return LiveTrainingBenchmark.run(
                        source, TopKTraining.of(step.k), dSae, step.batch, BATCHES, liveRounds);
            }
        }
    }
}
