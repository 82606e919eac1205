package dev.assay.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;

/** Computes units of a job in a task. */
@FunctionalInterface
interface UnitWork extends Serializable {
    /**
     * Computes units.
     *
     * @param units the numbers of consecutive units, at least one
     * @param text the text, with the documents of the units
     * @param attempts starts the attempt at a unit
     * @param done receives the record of each unit as soon as it is written; any thread may call it
     * @throws IOException if reading or writing fails
     */
    void run(List<Integer> units, TaskText text, TaskAttempts attempts, Consumer<UnitRecord> done) throws IOException;
}
