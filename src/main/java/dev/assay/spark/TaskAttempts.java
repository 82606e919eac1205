package dev.assay.spark;

import dev.assay.spark.internal.file.HadoopFiles;
import java.io.IOException;

/**
 * The attempts of one task at its units.
 *
 * @param files the folder of the job
 * @param name the task, which no other task of any application has
 * @param environment the environment of the task
 */
record TaskAttempts(HadoopFiles files, String name, TaskEnvironment environment) {
    /**
     * Starts the attempt at a unit.
     *
     * @param unit the number of the unit
     * @return the attempt, with an empty folder on the local file system
     * @throws IOException if the folder cannot be created
     */
    UnitAttempt begin(int unit) throws IOException {
        return new UnitAttempt(files, unit, name, environment);
    }
}
