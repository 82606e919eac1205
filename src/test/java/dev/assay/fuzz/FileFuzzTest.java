package dev.assay.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.CountingSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.checkpoint.Safetensors;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.RandomCodes;
import dev.assay.fuzz.FileFuzz.Kind;
import dev.assay.model.HookedTransformer;
import dev.assay.run.EvaluationFigures;
import dev.assay.run.RunDescription;
import dev.assay.run.TextDescription;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextFiles;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.train.SmallRun;
import dev.assay.train.internal.run.TrainingCheckpoints;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand damaged files of all kinds with a fixed seed. {@link #main} runs any number with any seed and prints the counts. */
@Tag("slow")
class FileFuzzTest {
    private static final int CASES = Integer.getInteger("assay.fuzz.total", 10_000);

    @TempDir
    private Path temporary;

    @Test
    @Timeout(600)
    void damagedFilesAreRefusedWithOneSentenceOrLoadSoundValues() throws IOException {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Map<String, FileFuzz.Count> counts = new FileFuzz(kinds(temporary, manager), 1).run(CASES);
            // A resumed run drops damaged lines of its log, as a killed run leaves them.
            counts.forEach((kind, count) ->
                    assertTrue(count.refused() > 0 || kind.equals("metrics.jsonl"), kind + ": " + count));
            int cases = counts.values().stream().mapToInt(FileFuzz.Count::cases).sum();
            assertTrue(cases >= CASES, () -> cases + " cases");
        }
    }

    /** Runs FOLDER CASES SEED: a new folder for the files, the number of cases and the seed. */
    public static void main(String[] arguments) throws IOException {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Path folder = Files.createDirectories(Path.of(arguments[0]));
            FileFuzz fuzz = new FileFuzz(kinds(folder, manager), Long.parseLong(arguments[2]));
            fuzz.run(Integer.parseInt(arguments[1]))
                    .forEach((kind, count) -> System.out.printf("%-22s %s%n", kind, count));
        }
    }

    private static List<Kind> kinds(Path folder, NDManager manager) throws IOException {
        List<Kind> kinds = new ArrayList<>();
        Path plain = copy("checkpoint/objects.npz", folder.resolve("plain")).getParent();
        Path model = resource("model/gpt_neox");
        Path safetensors = plain.resolve("model.safetensors");
        Safetensors.write(safetensors, Map.of("a", manager.ones(new Shape(30, 7)), "b", manager.create(5L)), Map.of());
        kinds.add(new Kind("safetensors", 18, List.of(safetensors), false, () -> tensors(safetensors, manager)));

        Path run = folder.resolve("run");
        SmallRun.finish(run);
        for (Path old :
                SmallRun.checkpoints(run).subList(0, SmallRun.checkpoints(run).size() - 1)) {
            Files.delete(old);
        }
        List<Path> checkpoint = SmallRun.checkpoints(run);
        kinds.add(new Kind("checkpoint", 8, checkpoint, true, () -> state(checkpoint.get(0), manager)));
        kinds.add(new Kind("resumed run", 0.4, checkpoint, true, () -> text(SmallRun.finish(run))));
        kinds.add(new Kind("metrics.jsonl", 0.4, List.of(run.resolve("metrics.jsonl")), false, () -> {
            SmallRun.finish(run);
            return "";
        }));

        Path activations = folder.resolve("activations");
        CountingSource source = new CountingSource(6, pass -> 37).indexScale(1e-4);
        ActivationStore.write(source, activations)
                .tokens(120)
                .shardRows(80)
                .progress(false)
                .run();
        kinds.add(new Kind("activation store", 12, files(activations), true, () -> rows(activations, manager)));

        Path features = folder.resolve("features");
        RandomCodes.write(features);
        kinds.add(new Kind("feature store", 12, files(features), true, () -> features(features)));

        for (String name : List.of("topk", "jumprelu_transcoder", "formats/sparsify/layers.2.mlp")) {
            Path dictionary = folder.resolve(name.replace('/', '-'));
            copyFolder("sae/" + name, dictionary);
            kinds.add(new Kind("dictionary " + name, 6, files(dictionary), false, () -> encoded(dictionary)));
        }
        Path npz = copy("sae/formats/gemma_scope/params.npz", folder.resolve("npz"));
        kinds.add(new Kind("npz", 8, List.of(npz), true, () -> encoded(npz)));

        for (String name : List.of("snappy", "gzip", "zstd", "version2", "plain")) {
            Path parquet = copy("text/document/parquet/" + name + ".parquet", folder.resolve("parquet"));
            kinds.add(new Kind("Parquet " + name, 2, List.of(parquet), false, () -> documents(parquet)));
        }
        Path texts = Files.createDirectories(folder.resolve("texts"));
        byte[] lines = "{\"text\": \"One day, Nora saw a fox.\"}\n{\"text\": \"naïve 東京 😀\"}\n"
                .getBytes(StandardCharsets.UTF_8);
        Path jsonl = Files.write(texts.resolve("stories.jsonl"), lines);
        kinds.add(new Kind("JSON lines", 9, List.of(jsonl), false, () -> documents(jsonl)));
        Path gzip = texts.resolve("stories.jsonl.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(gzip))) {
            out.write(lines);
        }
        kinds.add(new Kind("gzip", 6, List.of(gzip), true, () -> documents(gzip)));

        Path described = Files.createDirectories(folder.resolve("described"));
        RunDescription description =
                RunDescription.of("assay/stories", "blocks.1.hook_resid_post", TextDescription.of(jsonl.toString()));
        description.save(described);
        Files.writeString(described.resolve("evaluation.json"), "{\"l0\": 3.5, \"provenance\": {\"version\": \"1\"}}");
        Tokenizer tokenizer = Tokenizer.load(resource("text/tokenizer/bytelevel_bpe"));
        kinds.add(new Kind("run.json", 8, List.of(described.resolve("run.json")), false, () -> {
            RunDescription.read(described).corpus(tokenizer).description();
            return "";
        }));
        Path figures = described.resolve("evaluation.json");
        kinds.add(new Kind("evaluation.json", 3, List.of(figures), false, () -> {
            EvaluationFigures.remarks(described);
            return EvaluationFigures.read(described).toString();
        }));

        Path tokenizers = folder.resolve("tokenizer");
        copyFolder("text/tokenizer/bytelevel_bpe", tokenizers);
        List<Path> tokenizerFiles =
                List.of(tokenizers.resolve("tokenizer.json"), tokenizers.resolve("tokenizer_config.json"));
        kinds.add(new Kind("tokenizer", 4, tokenizerFiles, false, () -> tokens(tokenizers)));

        Path weights = folder.resolve("model");
        copyFolder("model/gpt_neox", weights);
        List<Path> modelFiles = List.of(weights.resolve("config.json"), weights.resolve("model.safetensors"));
        assertTrue(Files.isDirectory(model));
        kinds.add(new Kind("model", 0.5, modelFiles, false, () -> logits(weights)));
        return kinds;
    }

    private static String tensors(Path file, NDManager manager) throws IOException {
        try (Safetensors opened = Safetensors.open(file);
                Scope scope = Scope.open()) {
            StringBuilder text = new StringBuilder();
            for (String tensor : opened.names()) {
                text.append(tensor).append(hash(opened.load(manager, tensor)));
            }
            return text.toString();
        }
    }

    /** Reads a checkpoint as a resumed run does, without training. */
    private static String state(Path file, NDManager manager) throws IOException {
        try (Safetensors opened = Safetensors.open(file)) {
            opened.requireIntact();
        }
        return TrainingCheckpoints.header(file).plan() + tensors(file, manager);
    }

    private static String rows(Path folder, NDManager manager) throws IOException {
        ActivationStore store = ActivationStore.open(folder);
        try (Scope scope = Scope.open()) {
            ActivationRows rows = store.rows(manager, 0, store.rows());
            return hash(rows.values())
                    + Arrays.hashCode(rows.tokens())
                    + Arrays.hashCode(rows.documents())
                    + Arrays.hashCode(rows.positions())
                    + store.sites()
                    + store.modelHash();
        }
    }

    private static String features(Path folder) throws IOException {
        FeatureStore store = FeatureStore.open(folder);
        StringBuilder text = new StringBuilder();
        for (int latent = 0; latent < store.latents(); latent++) {
            text.append(store.stats(latent)).append(store.histogram(latent)).append(store.topExamples(latent, 5));
            text.append(store.coactivating(latent, 4)).append(store.correlated(latent, 4));
        }
        return text.append(store.context(0)).toString();
    }

    private static String encoded(Path place) throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(place);
                Scope scope = Scope.open()) {
            return hash(sae.reconstruct(sae.encoder().getManager().ones(new Shape(2, sae.dIn()))));
        }
    }

    private static String documents(Path file) throws IOException {
        StringBuilder text = new StringBuilder();
        try (DocumentReader reader = TextFiles.at(file.toString()).open()) {
            for (Document document = reader.next(); document != null; document = reader.next()) {
                text.append(document.text()).append('\n');
            }
        }
        return text.toString();
    }

    private static String tokens(Path folder) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            int[] ids = tokenizer.encode("The model reads the next word. naïve 😀");
            return Arrays.toString(ids) + tokenizer.decode(ids);
        }
    }

    private static String logits(Path folder) throws IOException {
        try (HookedTransformer model = HookedTransformer.load(folder);
                Scope scope = Scope.open()) {
            return hash(model.forward(model.manager().create(new long[] {0, 1, 2}, new Shape(1, 3))));
        }
    }

    private static String hash(NDArray values) {
        return values.getShape() + ":"
                + Arrays.hashCode(values.toType(DataType.FLOAT64, false).toDoubleArray());
    }

    private static String text(List<float[]> numbers) {
        return numbers.stream().map(Arrays::hashCode).toList().toString();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.endsWith("expected.safetensors"))
                    .sorted()
                    .toList();
        }
    }

    private static Path copy(String name, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path from = resource(name);
        return Files.copy(from, folder.resolve(from.getFileName()));
    }

    private static void copyFolder(String name, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Path file : files(resource(name))) {
            if (Files.isRegularFile(file)) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    private static Path resource(String name) {
        try {
            return Path.of(FileFuzzTest.class.getResource("/dev/assay/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
