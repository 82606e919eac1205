package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ScoreMetric;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.io.JsonLines;
import dev.assay.io.JsonObject;
import dev.assay.run.StoredExplanations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The results of {@link ExplainRun}. In a folder, each result is a line that is appended as soon as it is known, so a killed run loses only
 * the result that it is computing. Not safe for several threads.
 */
public final class ExplainLog implements AutoCloseable {
    /** The name of the file with the options of the run. */
    public static final String PLAN = "plan.json";
    /** The name of the file with tables and provenance. */
    public static final String SUMMARY = "summary.json";

    /** The metrics by importance. The first one that a score has is its headline. */
    static final List<ScoreMetric> BY_IMPORTANCE = List.of(
            ScoreMetric.F1,
            ScoreMetric.AUPRC,
            ScoreMetric.PEARSON,
            ScoreMetric.BALANCED_ACCURACY,
            ScoreMetric.ACCURACY,
            ScoreMetric.AUROC,
            ScoreMetric.CORRELATION_TOP_AND_RANDOM);

    private static final String FAILURE = "failure";
    private static final String ITEMS = "judged";

    private final SortedMap<Integer, Explanation> explanations = new TreeMap<>();
    private final SortedMap<Integer, FailedExplanation> failures = new TreeMap<>();
    private final Map<ScoreKey, FeatureScore> scores = new HashMap<>();
    private final ResultFiles files;

    private ExplainLog(ResultFiles files) {
        this.files = files;
    }

    /**
     * Opens a folder of results for writing. It is created if it does not exist.
     *
     * @param folder the folder
     * @param plan the options of the run; a folder of a run with other options is not changed
     * @return the log with the results that the folder has
     * @throws IOException if a file cannot be read or written
     * @throws InvalidInputException if another process writes the folder, its results have other options, or a line is malformed
     */
    public static ExplainLog open(Path folder, ObjectNode plan) throws IOException {
        ResultFiles files = ResultFiles.in(folder);
        try {
            requireSame(folder, plan);
            AtomicFiles.writeString(folder.resolve(PLAN), Json.pretty(plan));
            ExplainLog log = new ExplainLog(files);
            log.read(folder);
            return log;
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /**
     * Reads the results of a folder without changing it. New results are kept in memory only, as a dry run needs it.
     *
     * @param folder the folder, which may not exist
     * @param plan the options of the run
     * @return the log with the results that the folder has
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the results have other options, or a line is malformed
     */
    public static ExplainLog inMemory(Path folder, ObjectNode plan) throws IOException {
        requireSame(folder, plan);
        ExplainLog log = new ExplainLog(ResultFiles.NONE);
        log.read(folder);
        return log;
    }

    /** Returns a log without results that writes nothing. */
    static ExplainLog empty() {
        return new ExplainLog(ResultFiles.NONE);
    }

    private static void requireSame(Path folder, ObjectNode plan) throws IOException {
        Path file = folder.resolve(PLAN);
        if (!Files.exists(file)) {
            InvalidInputException.require(
                    !Files.exists(folder.resolve(StoredExplanations.EXPLANATIONS))
                            || Files.size(folder.resolve(StoredExplanations.EXPLANATIONS)) == 0,
                    () -> folder + " has explanations without " + PLAN
                            + ", such as imported ones; expected another folder");
            return;
        }
        ObjectNode stored = JsonObject.read(file).node();
        plan.fieldNames().forEachRemaining(name -> {
            String found = stored.path(name).toString();
            String expected = Json.mapper().valueToTree(plan.get(name)).toString();
            InvalidInputException.require(
                    found.equals(expected),
                    () -> folder + " has results with " + name + " " + (found.isEmpty() ? "missing" : found)
                            + ", and this run has " + expected
                            + "; expected equal options, or another folder");
        });
    }

    private void read(Path folder) throws IOException {
        for (JsonObject line : JsonLines.read(folder.resolve(StoredExplanations.EXPLANATIONS))) {
            int latent = line.integer("feature");
            if (line.has(FAILURE)) {
                FailureKind kind = StoredItem.constant(FailureKind.class, line, FAILURE);
                failures.put(latent, new FailedExplanation(latent, kind, line.text("reason", "")));
            } else {
                failures.remove(latent);
                explanations.put(latent, Explanation.of(line));
            }
        }
        for (JsonObject line : JsonLines.read(folder.resolve(StoredExplanations.SCORES))) {
            FeatureScore score = FeatureScore.of(line);
            // Answers that were lost on their way are requested again; the cache has the others.
            if (score.failures().keySet().stream().noneMatch(FailureKind::isTransient)) {
                scores.put(
                        new ScoreKey(line.text("table"), line.text("row"), line.text("judge"), line.integer("feature")),
                        score);
            }
        }
    }

    /** {@return the explanations by latent} */
    public SortedMap<Integer, Explanation> explanations() {
        return Collections.unmodifiableSortedMap(explanations);
    }

    /** {@return the failed explanations by latent} */
    public SortedMap<Integer, FailedExplanation> failures() {
        return Collections.unmodifiableSortedMap(failures);
    }

    /** Returns whether an explanation is known or known to fail. */
    boolean isSettled(int latent) {
        return explanations.containsKey(latent)
                || failures.containsKey(latent) && !failures.get(latent).isTransient();
    }

    /** Returns a score. */
    Optional<FeatureScore> score(ScoreKey key) {
        return Optional.ofNullable(scores.get(key));
    }

    void add(Explanation explanation) throws IOException {
        files.explanation(explanation.toJson());
        failures.remove(explanation.latent());
        explanations.put(explanation.latent(), explanation);
    }

    void add(FailedExplanation failed, ExplainerDescription by) throws IOException {
        ObjectNode line = Json.mapper()
                .createObjectNode()
                .put("feature", failed.latent())
                .put(FAILURE, failed.kind().name())
                .put("reason", failed.reason());
        line.set("explainer", by.toJson());
        files.explanation(line);
        failures.put(failed.latent(), failed);
    }

    void add(ScoreKey key, FeatureScore score) throws IOException {
        ObjectNode line = Json.mapper()
                .createObjectNode()
                .put("table", key.table())
                .put("row", key.row())
                .put("judge", key.judge());
        BY_IMPORTANCE.stream()
                .filter(metric -> score.value(metric).isPresent())
                .findFirst()
                .ifPresent(metric -> line.put(StoredExplanations.HEADLINE, metric.id()));
        line.setAll(score.toJson());
        if (key.row().equals(StoredExplanations.ROW)) {
            line.set(ITEMS, StoredItem.toJson(score.scored()));
        }
        files.score(line);
        scores.put(key, score.withoutItems());
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
