package dev.assay.verify.reference;

import java.io.IOException;
import java.util.List;

/**
 * A layout of case folders with inputs and results of a reference implementation.
 *
 * <p>Groups are listed in {@link ReferenceGroups}. A group reads any case of its layout: sizes, seeds and options come from the files.
 * Values whose names start with {@code WRONG_} record errors of the reference and are never expected results.
 */
public interface ReferenceGroup {
    /**
     * Returns the name in reports.
     *
     * @return such as {@code saebench/tpp}
     */
    String name();

    /**
     * Returns whether a folder is a case of this group. The decision uses file names, JSON fields and tensor names; the name of the
     * folder has no meaning, because folders may be renamed copies.
     *
     * @param folder any existing folder
     * @return true if it has the files and fields of the layout
     * @throws IOException if a file cannot be read
     * @throws dev.assay.InvalidInputException if a file is malformed
     */
    boolean recognizes(CaseFolder folder) throws IOException;

    /**
     * Repeats the computations of a case and compares their results with the recorded ones.
     *
     * @param folder a folder that this group recognizes
     * @return the largest difference of each value; at least one
     * @throws IOException if a file cannot be read
     * @throws dev.assay.InvalidInputException if a field or tensor is missing or has an unusable value or shape
     */
    List<ValueDifference> compare(CaseFolder folder) throws IOException;
}
