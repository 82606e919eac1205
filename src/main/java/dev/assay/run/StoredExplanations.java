package dev.assay.run;

import dev.assay.feature.report.FeatureExplanation;
import dev.assay.io.JsonLines;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The explanations of a run folder as values for reports and pages: those of the folder {@code explanations} and of the folders in it.
 * Files that are being written can be read.
 */
public final class StoredExplanations {
    /** The name of the file with one explanation per line. */
    public static final String EXPLANATIONS = "explanations.jsonl";
    /** The name of the file with one score per line. */
    public static final String SCORES = "scores.jsonl";
    /** The name of the row of {@link #SCORES} that belongs to the explanations; other rows are controls. */
    public static final String ROW = "explanation";
    /** The field of a score with the name of its most important metric. */
    public static final String HEADLINE = "headline";

    private StoredExplanations() {}

    /**
     * Reads the explanations of a run.
     *
     * @param run the run folder
     * @return the explanations by latent; empty without a folder {@code explanations}
     * @throws IOException if a file cannot be read
     * @throws dev.assay.InvalidInputException if a line or a field is malformed, naming the file
     */
    public static Map<Integer, List<FeatureExplanation>> read(Path run) throws IOException {
        Map<Integer, List<FeatureExplanation>> all = new TreeMap<>();
        for (Path folder : folders(new RunLayout(run).explanations())) {
            Map<Integer, List<FeatureExplanation.Score>> scores = scores(folder);
            for (JsonObject line : JsonLines.read(folder.resolve(EXPLANATIONS))) {
                if (line.has("text")) {
                    int latent = line.integer("feature");
                    all.computeIfAbsent(latent, key -> new ArrayList<>())
                            .add(new FeatureExplanation(
                                    line.text("text"),
                                    origin(line.object("explainer")),
                                    scores.getOrDefault(latent, List.of())));
                }
            }
        }
        return all;
    }

    private static List<Path> folders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> folders = new ArrayList<>(List.of(folder));
        try (Stream<Path> inside = Files.list(folder)) {
            inside.filter(path -> Files.isRegularFile(path.resolve(EXPLANATIONS)))
                    .sorted()
                    .forEach(folders::add);
        }
        return folders;
    }

    private static String origin(JsonObject explainer) {
        String kind = explainer.text("kind");
        return explainer.has("model") ? kind + " (" + explainer.text("model") + ")" : kind;
    }

    private static Map<Integer, List<FeatureExplanation.Score>> scores(Path folder) throws IOException {
        Map<Integer, Map<String, FeatureExplanation.Score>> scores = new LinkedHashMap<>();
        for (JsonObject line : JsonLines.read(folder.resolve(SCORES))) {
            if (!line.has("row") || !line.text("row").equals(ROW) || !line.has(HEADLINE)) {
                continue;
            }
            String metric = line.text(HEADLINE);
            if (line.object("values").has(metric)) {
                String scorer = line.text("scorer");
                String judge = line.has("judge") ? scorer + " by " + line.text("judge") : scorer;
                scores.computeIfAbsent(line.integer("feature"), key -> new LinkedHashMap<>())
                        .put(
                                judge,
                                new FeatureExplanation.Score(
                                        metric, judge, line.object("values").number(metric)));
            }
        }
        Map<Integer, List<FeatureExplanation.Score>> lists = new LinkedHashMap<>();
        scores.forEach((latent, byJudge) -> lists.put(latent, List.copyOf(byJudge.values())));
        return lists;
    }
}
