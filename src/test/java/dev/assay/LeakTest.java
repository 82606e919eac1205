package dev.assay;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.activation.CountingSource;
import dev.assay.intervene.Intervention;
import dev.assay.intervene.attribute.Attribution;
import dev.assay.intervene.attribute.AttributionReport;
import dev.assay.intervene.attribute.Metric;
import dev.assay.model.HookedTransformer;
import dev.assay.model.Sampling;
import dev.assay.model.SharedPrefix;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Native memory stays flat.
 *
 * <p>The number of live arrays is taken from the virtual machine: its class histogram makes a full collection and counts the array
 * objects that are still reachable. Every array that is open is reachable, because its manager holds it until it is closed; so an
 * array that nobody closes is counted, whichever manager it fell to. What the count cannot see (results of native calls that never
 * became arrays) shows in the resident size.
 */
@Tag("slow")
class LeakTest {
    private static final String ARRAY_CLASS = "ai.djl.pytorch.engine.PtNDArray";
    private static final int STEPS = 1000;

    private record Sample(long arrays, long residentKilobytes) {
        static Sample now() {
            return new Sample(liveArrays(), residentSize());
        }
    }

    @Test
    void trainingDoesNotLeakArrays(@TempDir Path folder) throws IOException {
        int batch = 64;
        List<Sample> samples = new ArrayList<>();
        // One pass of the source is one batch: the passes count the steps, from the thread that runs beside the
        // training.
        CountingSource source = new CountingSource(64, pass -> batch)
                .indexScale(1e-5)
                .listener(pass -> {
                    if (pass == 300 || pass == 650 || pass == STEPS) {
                        samples.add(Sample.now());
                    }
                });
        SaeTrainer.of(new TopK(8, true))
                .source(source)
                .dictionarySize(512)
                .batchSize(batch)
                .tokens((long) batch * (STEPS + 20))
                .deadAfter(20L * batch) // so that the auxiliary loss takes part
                .bufferRows(8 * batch)
                .output(folder)
                .checkpointEvery(Duration.ofMillis(200))
                .progress(false)
                .train()
                .close();
        assertFlat(samples, "training step");
    }

    @Test
    void forwardPassesWithHooksDoNotLeakArrays() {
        TransformerConfig config = TransformerConfig.gptNeoX()
                .vocabularySize(200)
                .contextLength(64)
                .layers(3)
                .dModel(64)
                .heads(4)
                .build();
        List<Sample> samples = new ArrayList<>();
        long[] read = {0};
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                HookedTransformer model = HookedTransformer.random(config, 1, Device.cpu());
                Autograd off = Autograd.off()) {
            NDArray tokens = manager.ones(new Shape(4, 48), DataType.INT64);
            for (int pass = 0; pass <= 200; pass++) {
                try (Scope scope = Scope.open();
                        HookScope hooks = model.hooks()
                                .read(
                                        HookPoint.residPost(0),
                                        (activation, site) ->
                                                read[0] += activation.sum().getFloat() > 0 ? 1 : 2)
                                .edit(HookPoint.mlpOut(1), (activation, site) -> activation.mul(0.5f))
                                .open()) {
                    model.forward(tokens);
                    model.cache(tokens, HookPoint.residPost(2)).close();
                }
                if (pass == 50 || pass == 125 || pass == 200) {
                    samples.add(Sample.now());
                }
            }
        }
        assertTrue(read[0] >= 200);
        assertFlat(samples, "forward pass");
    }

    @Test
    void interventionsAndAttributionsDoNotLeakArrays() {
        TransformerConfig config = TransformerConfig.gptNeoX()
                .vocabularySize(50)
                .contextLength(16)
                .layers(2)
                .dModel(32)
                .heads(2)
                .build();
        int[] tokens = {3, 1, 4, 1, 5, 9, 2, 6};
        List<Sample> samples = new ArrayList<>();
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                HookedTransformer model = HookedTransformer.random(config, 1, Device.cpu());
                SparseAutoencoder sae = SparseAutoencoder.builder()
                        .architecture(new TopK(4, true))
                        .weights(new Weights(
                                Weights.randomDirections(manager, 64, 32, 1),
                                manager.zeros(new Shape(64)),
                                Weights.randomDirections(manager, 64, 32, 2),
                                manager.zeros(new Shape(32))))
                        .input(new InputOptions(ActivationNormalization.LAYER_NORM, true, false))
                        .build()) {
            Intervention edits = Intervention.of(model, HookPoint.residPost(0), sae)
                    .clamp(3, 2)
                    .steerCapped(5, 1, 0.1)
                    .dropError();
            Attribution attribution = Attribution.of(model, HookPoint.residPost(0), sae)
                    .at(HookPoint.mlpOut(1), sae)
                    .metric(Metric.loss(tokens));
            for (int run = 0; run <= 200; run++) {
                edits.run(tokens).close();
                AttributionReport report = attribution.gradient(tokens);
                attribution.integrated(tokens, 2);
                attribution.exact(report, 3);
                if (run >= 40 && run % 20 == 0) {
                    samples.add(Sample.now());
                }
            }
        }
        assertFlat(samples, "run under edits");
    }

    @Test
    void generationAndSharedPrefixesDoNotLeakArrays() {
        TransformerConfig config = TransformerConfig.gptNeoX()
                .vocabularySize(50)
                .contextLength(16)
                .layers(2)
                .dModel(32)
                .heads(2)
                .build();
        List<int[]> texts = List.of(new int[] {3, 1, 4, 1, 5}, new int[] {9, 2}, new int[] {6, 5, 3, 5, 8, 9, 7, 9});
        List<Sample> samples = new ArrayList<>();
        try (HookedTransformer model = HookedTransformer.random(config, 1, Device.cpu())) {
            for (int run = 0; run <= 200; run++) {
                // The longest text moves on while the others grow; one of them ends early.
                model.generate(texts, 10, Sampling.random(run), (text, token, logits) -> text != 1 || token < 40);
                try (SharedPrefix prefix = SharedPrefix.of(model, 3, 1, 4);
                        HookScope hooks = model.hooks()
                                .edit(HookPoint.mlpOut(1), (activation, site) -> activation.mul(0.5f))
                                .incremental(1)
                                .open()) {
                    prefix.logProbabilities(texts);
                    model.generate(texts, 3, Sampling.greedy());
                }
                if (run >= 40 && run % 20 == 0) {
                    samples.add(Sample.now());
                }
            }
        }
        assertFlat(samples, "generation");
    }

    /**
     * One array a step more would be hundreds; what is under way in the step at hand is some tens. The resident size goes up and down
     * with the collector: what leaks raises its lowest points too.
     */
    private static void assertFlat(List<Sample> samples, String unit) {
        List<Sample> early = samples.subList(0, samples.size() / 2);
        List<Sample> late = samples.subList(samples.size() / 2, samples.size());
        assertTrue(
                lowest(late, Sample::arrays) - lowest(early, Sample::arrays) < 60,
                () -> "live arrays grow with every " + unit + ": " + samples);
        assertTrue(
                lowest(late, Sample::residentKilobytes) - lowest(early, Sample::residentKilobytes) < 40_000,
                () -> "the resident size grows with every " + unit + ": " + samples);
    }

    private static long lowest(List<Sample> samples, ToLongFunction<Sample> number) {
        return samples.stream().mapToLong(number).min().orElseThrow();
    }

    private static long liveArrays() {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            return histogram
                    .lines()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields.length >= 4 && fields[3].equals(ARRAY_CLASS))
                    .mapToLong(fields -> Long.parseLong(fields[1]))
                    .sum();
        } catch (JMException unavailable) {
            throw new IllegalStateException(unavailable);
        }
    }

    /**
     * The resident size on Linux, elsewhere 0: without the heap, which grows and shrinks as the collector likes, and of which the
     * histogram tells whether anything leaks.
     */
    private static long residentSize() {
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted() / 1024;
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .map(resident -> resident - heap)
                    .findFirst()
                    .orElse(0);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
