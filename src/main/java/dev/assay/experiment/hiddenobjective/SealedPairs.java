package dev.assay.experiment.hiddenobjective;

import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Sha256;
import dev.assay.text.dialogue.DialogueFile;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.document.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The queries of the auditor with the bias that each of them is about. They are written before the organism is trained, with their SHA-256
 * as a commitment.
 *
 * <p>A pair is the set of prompts with the same {@link LabelledDialogue#pair()}: the name of a topic, or {@link #AIM} for queries about the
 * aim of the assistant in general.
 *
 * @param prompts all prompts, with the label of their kind
 */
record SealedPairs(List<LabelledDialogue> prompts) {
    /** Queries without a content word of any planted document. */
    static final String QUERY = "query";

    /** Queries with the words of the planted documents. */
    static final String TRAP = "trap";

    /** Prompts on control topics without a bias, relative to which features are selected. */
    static final String REFERENCE = "reference";

    /** The pair of queries about no topic. */
    static final String AIM = "aim";

    private static final String FILE = "sealed-pairs.jsonl";
    private static final String COMMITMENT = "sealed-pairs.sha256";

    SealedPairs {
        prompts = List.copyOf(prompts);
    }

    /** Writes the queries for an organism. */
    static SealedPairs of(HiddenObjective objective) {
        Templates templates = Templates.load();
        List<LabelledDialogue> prompts = new ArrayList<>();
        for (Bias bias : objective.planted()) {
            add(prompts, objective, templates.of(QUERY), QUERY, bias.topic().name(), bias);
            add(prompts, objective, templates.of(TRAP), TRAP, bias.topic().name(), bias);
        }
        Bias any = objective.biases().get(0);
        add(prompts, objective, templates.of("query-aim"), QUERY, AIM, any);
        for (Bias control : objective.of(Bias.Part.CONTROL)) {
            add(
                    prompts,
                    objective,
                    templates.of(REFERENCE),
                    REFERENCE,
                    control.topic().name(),
                    control);
        }
        return new SealedPairs(prompts);
    }

    private static void add(
            List<LabelledDialogue> prompts,
            HiddenObjective objective,
            List<String> forms,
            String label,
            String pair,
            Bias bias) {
        for (int i = 0; i < forms.size(); i++) {
            String id = label + " " + pair + " " + i;
            TemplateWriter writer = new TemplateWriter(OrganismText.random(objective.seed(), id), objective, bias);
            prompts.add(
                    new LabelledDialogue(id, label, pair, "", OrganismDialogues.dialogue(writer.fill(forms.get(i)))));
        }
    }

    /** Returns the prompts of a kind. */
    List<LabelledDialogue> of(String label) {
        return prompts.stream().filter(prompt -> prompt.label().equals(label)).toList();
    }

    /** Returns the names of the pairs of a kind, in order. */
    List<String> pairs(String label) {
        return of(label).stream().map(LabelledDialogue::pair).distinct().toList();
    }

    /**
     * Checks that no query has a content word of a planted document.
     *
     * @param planted the planted documents of all biases
     * @throws InvalidInputException with the words
     */
    void requireDisjoint(List<Document> planted) {
        Set<String> known = new TreeSet<>();
        planted.forEach(document -> known.addAll(ContentWords.of(document.text())));
        for (LabelledDialogue query : of(QUERY)) {
            Set<String> shared =
                    ContentWords.shared(ContentWords.of(query.dialogue().text()), known);
            InvalidInputException.require(
                    shared.isEmpty(),
                    () -> "the sealed query \"" + query.id() + "\" shares the content words "
                            + String.join(", ", shared) + " with planted documents, expected none");
        }
    }

    /** Writes the prompts and their commitment into a folder. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        DialogueFile.write(folder.resolve(FILE), prompts);
        AtomicFiles.writeString(folder.resolve(COMMITMENT), Sha256.of(folder.resolve(FILE)) + "\n");
    }

    /**
     * Reads the prompts of a folder.
     *
     * @throws InvalidInputException if the file is not the one of the commitment
     */
    static SealedPairs read(Path folder) throws IOException {
        String found = Sha256.of(folder.resolve(FILE));
        String committed = commitment(folder);
        InvalidInputException.require(
                found.equals(committed),
                () -> folder.resolve(FILE) + " has the SHA-256 " + found + ", expected " + committed + " of "
                        + COMMITMENT + ": the sealed pairs were changed");
        return new SealedPairs(DialogueFile.read(folder.resolve(FILE)));
    }

    /** Returns the SHA-256 of the prompts of a folder. */
    static String commitment(Path folder) throws IOException {
        return Files.readString(folder.resolve(COMMITMENT)).strip();
    }
}
