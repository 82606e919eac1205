package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.Explanation;
import dev.assay.explain.Verdict;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.AtomicFolder;
import dev.assay.io.IoConsumer;
import dev.assay.io.Json;
import dev.assay.io.JsonLines;
import dev.assay.io.JsonObject;
import dev.assay.io.Sha256;
import dev.assay.provenance.AssayVersion;
import dev.assay.provenance.Provenance;
import dev.assay.run.StoredExplanations;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the explanations and scores of a folder of results in the formats of other programs. Each export is a new folder with a
 * {@code provenance.json}.
 *
 * <pre>{@code
 * ExplanationExport.of(run.layout().explanations(), run.features()).delphi(Path.of("delphi"));
 * }</pre>
 */
public final class ExplanationExport {
    private static final int ROWS_PER_FILE = 1024;
    private static final int ID_DIGITS = 24;

    /** The names of scorers in the files of delphi and of Neuronpedia. */
    private static final Map<String, String[]> NAMES = Map.of(
            "detection", new String[] {"detection", "eleuther_recall"},
            "llm-detection", new String[] {"detection", "eleuther_recall"},
            "fuzzing", new String[] {"fuzz", "eleuther_fuzz"},
            "llm-fuzzing", new String[] {"fuzz", "eleuther_fuzz"},
            "embedding", new String[] {"embedding", "eleuther_embedding"});

    /** The tables with items of a result for SAEBench, best first. */
    private static final List<String> ITEMS_OF_SAEBENCH =
            List.of("llm-saebench", "saebench", "llm-detection", "detection");

    private final Path folder;
    private final FeatureStore store;
    private final List<Explanation> explanations;
    private final List<ScoreLine> scores;

    /** A score of an explanation with its items. */
    private record ScoreLine(String table, String judge, int latent, JsonObject json, List<StoredItem> items) {
        boolean hasJudgeOf(ScoreLine other) {
            return table.equals(other.table()) && judge.equals(other.judge());
        }
    }

    private ExplanationExport(Path folder, FeatureStore store, List<Explanation> explanations, List<ScoreLine> scores) {
        this.folder = folder;
        this.store = store;
        this.explanations = explanations;
        this.scores = scores;
    }

    /**
     * Reads a folder of results.
     *
     * @param folder a folder that {@code assay explain} wrote
     * @param store the features
     * @return the export
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the folder has no explanation, or a line is malformed
     */
    public static ExplanationExport of(Path folder, FeatureStore store) throws IOException {
        List<Explanation> explanations = new ArrayList<>();
        for (JsonObject line : JsonLines.read(folder.resolve(StoredExplanations.EXPLANATIONS))) {
            if (line.has("text")) {
                explanations.add(Explanation.of(line));
            }
        }
        InvalidInputException.require(
                !explanations.isEmpty(), () -> folder + " has no explanation, expected the results of assay explain");
        Map<ScoreKey, ScoreLine> scores = new LinkedHashMap<>(); // latest last
        for (JsonObject line : JsonLines.read(folder.resolve(StoredExplanations.SCORES))) {
            if (line.text("row").equals(StoredExplanations.ROW)) {
                int latent = line.integer("feature");
                String table = line.text("table");
                String judge = line.text("judge");
                ScoreKey key = new ScoreKey(table, StoredExplanations.ROW, judge, latent);
                scores.remove(key);
                scores.put(key, new ScoreLine(table, judge, latent, line, StoredItem.of(line)));
            }
        }
        return new ExplanationExport(folder, store, explanations, List.copyOf(scores.values()));
    }

    /**
     * Writes the files of delphi: {@code explanations/SITE_latentN.txt} with the text, and {@code scores/SCORER/SITE_latentN.txt} with the
     * items of detection, fuzzing and embedding. Of several judges of one task, the latest is written.
     *
     * @param target a new or empty folder
     * @throws IOException if it cannot be written
     * @throws InvalidInputException if the folder is not empty
     */
    public void delphi(Path target) throws IOException {
        String site = store.provenance().reads().get(0);
        write(target, files -> {
            Path texts = Files.createDirectories(files.resolve("explanations"));
            for (Explanation explanation : explanations) {
                Files.writeString(
                        texts.resolve(site + "_latent" + explanation.latent() + ".txt"),
                        Json.mapper().writeValueAsString(explanation.text()));
            }
            for (ScoreLine score : ofLatestJudges(
                    table -> Optional.ofNullable(NAMES.get(table)).map(names -> names[0]))) {
                if (!score.items().isEmpty()) {
                    Path scorer =
                            Files.createDirectories(files.resolve("scores").resolve(NAMES.get(score.table())[0]));
                    Files.writeString(
                            scorer.resolve(site + "_latent" + score.latent() + ".txt"),
                            items(score, "activating").toString());
                }
            }
        });
    }

    /** Returns the scores of each task by the judge of its latest score, so that no result combines two judges. */
    private List<ScoreLine> ofLatestJudges(Function<String, Optional<String>> task) {
        Map<String, ScoreLine> latest = new HashMap<>();
        scores.forEach(score -> task.apply(score.table()).ifPresent(name -> latest.put(name, score)));
        return scores.stream()
                .filter(score -> task.apply(score.table())
                        .filter(name -> score.hasJudgeOf(latest.get(name)))
                        .isPresent())
                .toList();
    }

    /**
     * Writes rows of explanations with their scores for Neuronpedia: {@code explanations/batch-N.jsonl.gz} with the explanations and
     * {@code explanation-scores/batch-N.jsonl.gz} with the scores of detection, fuzzing and embedding.
     *
     * @param target a new or empty folder
     * @param modelId the name of the model on Neuronpedia
     * @param sourceId the name of the dictionary on Neuronpedia, such as {@code 3-assay-res}
     * @throws IOException if it cannot be written
     * @throws InvalidInputException if the folder is not empty
     */
    public void neuronpedia(Path target, String modelId, String sourceId) throws IOException {
        String created = Files.getLastModifiedTime(folder.resolve(StoredExplanations.EXPLANATIONS))
                .toInstant()
                .toString();
        List<ObjectNode> rows = new ArrayList<>();
        Map<Integer, String> ids = new TreeMap<>();
        for (Explanation explanation : explanations) {
            String id = id(modelId, sourceId, explanation);
            ids.put(explanation.latent(), id);
            boolean byModel = !explanation.by().model().isEmpty();
            rows.add(Json.mapper()
                    .createObjectNode()
                    .put("id", id)
                    .put("modelId", modelId)
                    .put("layer", sourceId)
                    .put("index", Integer.toString(explanation.latent()))
                    .put("description", explanation.text())
                    .put("typeName", byModel ? "np_max-act" : explanation.by().kind())
                    .put(
                            "explanationModelName",
                            byModel
                                    ? explanation.by().model()
                                    : explanation.by().kind())
                    .put("notes", "")
                    .put("createdAt", created));
        }
        List<ObjectNode> scored = new ArrayList<>();
        for (ScoreLine score : scores) {
            if (NAMES.containsKey(score.table())
                    && ids.containsKey(score.latent())
                    && score.json().has("headline")) {
                String metric = score.json().text("headline");
                ObjectNode row = Json.mapper()
                        .createObjectNode()
                        .put("explanationId", ids.get(score.latent()))
                        .put("value", score.json().object("values").number(metric))
                        .put("metric", metric)
                        .put("explanationScoreTypeName", NAMES.get(score.table())[1])
                        .put("explanationScoreModelName", score.judge())
                        .put("createdAt", created);
                row.put("jsonDetails", items(score, "ground_truth").toString());
                scored.add(row);
            }
        }
        write(target, files -> {
            batches(files.resolve("explanations"), rows);
            batches(files.resolve("explanation-scores"), scored);
        });
    }

    private static String id(String modelId, String sourceId, Explanation explanation) {
        String content =
                String.join("\n", modelId, sourceId, explanation.toJson().toString());
        return "c" + new Sha256().add(content).hex().substring(0, ID_DIGITS);
    }

    private static void batches(Path folder, List<ObjectNode> rows) throws IOException {
        Files.createDirectories(folder);
        for (int first = 0; first < rows.size(); first += ROWS_PER_FILE) {
            Path file = folder.resolve("batch-" + first / ROWS_PER_FILE + ".jsonl.gz");
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
                for (ObjectNode row : rows.subList(first, Math.min(rows.size(), first + ROWS_PER_FILE))) {
                    out.write((row + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    /** Returns the items in the fields of delphi; the distance is the quantile from the strongest, −1 for negative items. */
    private ArrayNode items(ScoreLine score, String truth) {
        ArrayNode list = Json.mapper().createArrayNode();
        FeatureActivations row = store.activations(score.latent());
        for (StoredItem item : score.items()) {
            ObjectNode one = list.addObject();
            ArrayNode tokens = one.putArray("str_tokens");
            store.corpus().texts(item.start(), item.start() + item.length()).forEach(tokens::add);
            ArrayNode activations = one.putArray("activations");
            for (float activation : activations(row, item)) {
                activations.add(activation);
            }
            one.put("distance", item.truth() && item.decile() > 0 ? 10 - item.decile() : -1);
            one.put(truth, item.truth());
            if (item.verdict() instanceof Verdict.Given given) {
                one.put("prediction", given.positive());
                given.probability()
                        .ifPresentOrElse(value -> one.put("probability", value), () -> one.putNull("probability"));
                one.put("correct", given.positive() == item.truth());
            } else {
                one.putNull("prediction").putNull("probability").putNull("correct");
            }
            one.put("highlighted", !item.marks().isEmpty());
        }
        return list;
    }

    private static float[] activations(FeatureActivations row, StoredItem item) {
        float[] dense = new float[item.length()];
        for (int i = 0; i < row.size(); i++) {
            long offset = row.position(i) - item.start();
            if (offset >= 0 && offset < dense.length) {
                dense[(int) offset] = row.value(i);
            }
        }
        return dense;
    }

    /**
     * Writes a result file of SAEBench's evaluation {@code autointerp}: {@code autointerp.json} with the mean accuracy over features. The
     * items are those of the latest judge of the first table that the results have: {@code llm-saebench}, {@code saebench} (SAEBench's own protocol),
     * {@code llm-detection} or {@code detection}, whose accuracies are no scores of SAEBench. The file names the protocol and has the
     * accuracy of a constant answer.
     *
     * @param target a new or empty folder
     * @throws IOException if it cannot be written
     * @throws InvalidInputException if the folder is not empty, or the results have none of these scores
     */
    public void saeBench(Path target) throws IOException {
        String table = ITEMS_OF_SAEBENCH.stream()
                .filter(name -> scores.stream().anyMatch(score -> score.table().equals(name)))
                .findFirst()
                .orElse("");
        ObjectNode result = SaeBenchResult.of(
                store,
                table.endsWith("saebench"),
                ofLatestJudges(name -> Optional.of(name)).stream()
                        .filter(score -> score.table().equals(table))
                        .collect(Collectors.toMap(
                                ScoreLine::latent, ScoreLine::items, (first, second) -> second, TreeMap::new)),
                texts());
        result.put(
                "datetime_epoch_millis",
                Files.getLastModifiedTime(folder.resolve(StoredExplanations.SCORES))
                        .toMillis());
        write(target, files -> Files.writeString(files.resolve("autointerp.json"), Json.pretty(result)));
    }

    private Map<Integer, String> texts() {
        Map<Integer, String> texts = new TreeMap<>();
        explanations.forEach(explanation -> texts.put(explanation.latent(), explanation.text()));
        return texts;
    }

    /**
     * Checks that an export can be written to a folder, without writing.
     *
     * @param target the folder
     * @throws IOException if the folder cannot be read
     * @throws InvalidInputException if it is a file or not empty
     */
    public void check(Path target) throws IOException {
        if (Files.exists(target)) {
            InvalidInputException.require(
                    Files.isDirectory(target),
                    () -> target + " is a file, expected a new or empty folder for an export");
            try (Stream<Path> files = Files.list(target)) {
                InvalidInputException.require(
                        files.findAny().isEmpty(), () -> target + " is not empty, expected a new or empty folder");
            }
        }
    }

    private void write(Path target, IoConsumer<Path> writer) throws IOException {
        check(target);
        Provenance provenance =
                store.provenance().withVersion(AssayVersion.current()).withParent(store.artifact());
        AtomicFolder.write(target, files -> {
            writer.accept(files);
            ObjectNode json = Json.mapper().createObjectNode();
            json.set(Provenance.FIELD, provenance.toJson());
            Files.writeString(files.resolve("provenance.json"), Json.pretty(json));
        });
    }
}
