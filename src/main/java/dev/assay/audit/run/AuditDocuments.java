package dev.assay.audit.run;

import dev.assay.InvalidInputException;
import dev.assay.io.Sha256;
import dev.assay.text.dialogue.DialogueFile;
import dev.assay.text.dialogue.LabelledDialogue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The labelled documents of an audit.
 *
 * @param file the file that they were read from
 * @param hash the SHA-256 of the file, in hexadecimal
 * @param documents at least one document
 */
public record AuditDocuments(Path file, String hash, List<LabelledDialogue> documents) {
    /** Copies the list. */
    public AuditDocuments {
        documents = List.copyOf(documents);
    }

    /**
     * Two labels that are compared.
     *
     * @param first the condition of interest: the positive class of monitors
     * @param second the condition that it is compared with
     */
    public record Labels(String first, String second) {}

    /**
     * Reads a file.
     *
     * @param file JSON lines as in {@link DialogueFile}
     * @return the documents
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if a line is unusable, naming file, line and field
     */
    public static AuditDocuments read(Path file) throws IOException {
        return new AuditDocuments(file, Sha256.of(file), DialogueFile.read(file));
    }

    /**
     * Selects the labels to compare.
     *
     * @param chosen two labels; empty for those of a file with exactly two, in the order of their first documents
     * @return the labels
     * @throws InvalidInputException if the file has other labels
     */
    public Labels labels(List<String> chosen) {
        List<String> present =
                documents.stream().map(LabelledDialogue::label).distinct().toList();
        if (chosen.isEmpty()) {
            InvalidInputException.require(
                    present.size() == 2,
                    () -> file + " has " + (present.size() == 1 ? "the label " : present.size() + " labels: ")
                            + String.join(", ", present)
                            + (present.size() == 1 ? ", expected two labels" : "; expected --labels with two of them"));
            return new Labels(present.get(0), present.get(1));
        }
        InvalidInputException.require(
                chosen.size() == 2,
                () -> "--labels is \"" + String.join(",", chosen) + "\", expected two labels, such as "
                        + String.join(",", present.subList(0, Math.min(2, present.size()))));
        for (String label : chosen) {
            InvalidInputException.require(
                    present.contains(label),
                    () -> file + " has no document with the label \"" + label + "\", expected one of "
                            + String.join(", ", present));
        }
        InvalidInputException.require(
                !chosen.get(0).equals(chosen.get(1)),
                () -> "--labels has \"" + chosen.get(0) + "\" twice, expected two different labels");
        return new Labels(chosen.get(0), chosen.get(1));
    }
}
