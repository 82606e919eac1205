package dev.assay.explain.run;

import dev.assay.explain.ItemScorer;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import dev.assay.explain.offline.ReferenceScores;
import dev.assay.explain.score.ScoreTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A table of scores to compute.
 *
 * @param name the name of the table, unique in a run, such as {@code detection}
 * @param scorer scores the explanations, those of other features and those of token lookup
 * @param references the controls oracle and constant of the same task
 * @param omissions the rows to leave out, with the reasons
 */
public record ScoredTable(String name, Scorer scorer, ReferenceScores references, List<ScoreTable.Omission> omissions) {
    /** Copies the list. */
    public ScoredTable {
        omissions = List.copyOf(omissions);
    }

    /**
     * Creates a table of a scorer with questions.
     *
     * @param name the name of the table
     * @param scorer the scorer
     * @return a table with all rows
     */
    public static ScoredTable of(String name, ItemScorer scorer) {
        return new ScoredTable(name, scorer, ReferenceScores.of(scorer), List.of());
    }

    /**
     * Creates a table of a scorer that reads simulated activations.
     *
     * @param name the name of the table
     * @param scorer the scorer with the simulator that judges
     * @param protocol creates the same scorer of another simulator
     * @return a table with all rows
     */
    public static ScoredTable of(String name, Scorer scorer, Function<Simulator, Scorer> protocol) {
        return new ScoredTable(name, scorer, ReferenceScores.of(protocol), List.of());
    }

    /**
     * Leaves out a row.
     *
     * @param row the name of the row
     * @param reason one sentence without a full stop
     * @return a copy whose table states the reason
     */
    public ScoredTable without(String row, String reason) {
        List<ScoreTable.Omission> all = new ArrayList<>(omissions);
        all.add(new ScoreTable.Omission(row, reason));
        return new ScoredTable(name, scorer, references, all);
    }

    /** Returns whether a row is to be computed. */
    boolean has(String row) {
        return omissions.stream().noneMatch(omission -> omission.row().equals(row));
    }
}
