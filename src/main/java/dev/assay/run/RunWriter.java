package dev.assay.run;

import dev.assay.sae.SaelensFolder;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes a run folder that {@link Run#open} and the commands {@code evaluate}, {@code inspect}, {@code steer}, {@code attribute} and
 * {@code serve} open.
 *
 * <pre>{@code
 * RunDescription description =
 *         RunDescription.of("assay/stories", "blocks.1.hook_resid_post", TextDescription.of("assay/stories/400"));
 * RunWriter writer = RunWriter.begin(folder, description);
 * try (SparseAutoencoder sae = SaeTrainer.of(TopK.of(8)) … .output(folder).train()) {
 *     writer.write(sae);
 * }
 * }</pre>
 */
public final class RunWriter {
    private final Path folder;
    private final RunDescription description;

    private RunWriter(Path folder, RunDescription description) {
        this.folder = folder;
        this.description = description;
    }

    /**
     * Writes the description of a run, before training.
     *
     * @param folder a new or empty folder, or one of the same run, which is then resumed
     * @param description the model, the sites and the text
     * @return the writer
     * @throws IOException if a file cannot be written
     * @throws dev.assay.InvalidInputException if the folder holds another run or other files
     */
    public static RunWriter begin(Path folder, RunDescription description) throws IOException {
        description.write(folder);
        SaelensFolder.check(folder, RunLayout.COMPANIONS);
        return new RunWriter(folder, description);
    }

    /**
     * Writes the description of a run after training, replacing one that is there. The folder may hold the metrics and checkpoints of
     * the run, such as the folder of a member of a sweep.
     *
     * @param folder a new or empty folder, or one of the same run
     * @param description the model, the sites and the text
     * @return the writer
     * @throws IOException if a file cannot be written
     * @throws dev.assay.InvalidInputException if the folder holds files that are not of a run
     */
    public static RunWriter afterTraining(Path folder, RunDescription description) throws IOException {
        SaelensFolder.check(folder, RunLayout.COMPANIONS);
        description.save(folder);
        return new RunWriter(folder, description);
    }

    /**
     * Writes the dictionary.
     *
     * @param sae the dictionary; stays open
     * @throws IOException if a file cannot be written
     */
    public void write(SparseAutoencoder sae) throws IOException {
        SaelensFolder.write(sae, folder, RunLayout.COMPANIONS);
    }

    /**
     * Writes the dictionary of the best checkpoint to {@code best}, as a run folder of its own.
     *
     * @param sae the dictionary; stays open
     * @throws IOException if a file cannot be written
     */
    public void writeBest(SparseAutoencoder sae) throws IOException {
        afterTraining(new RunLayout(folder).best(), description).write(sae);
    }
}
