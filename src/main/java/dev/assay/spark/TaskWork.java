package dev.assay.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** The work of one task. */
@FunctionalInterface
interface TaskWork extends Serializable {
    /**
     * Works on a part of the text.
     *
     * @param task the number of the task, from 0
     * @param text the text
     * @return results; text, so that they do not depend on Spark's serializer
     * @throws IOException if reading or writing fails
     */
    List<String> run(int task, TaskText text) throws IOException;
}
