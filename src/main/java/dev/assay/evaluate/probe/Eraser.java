package dev.assay.evaluate.probe;

/** An edit of rows that removes information about a concept. */
@FunctionalInterface
public interface Eraser {
    /**
     * Edits rows.
     *
     * @param data rows of the width that the eraser was fitted to
     * @return edited rows with the same labels
     */
    ProbeData erase(ProbeData data);
}
