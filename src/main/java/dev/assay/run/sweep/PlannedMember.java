package dev.assay.run.sweep;

import dev.assay.train.SaeTrainer;
import java.util.List;
import java.util.function.Supplier;

/**
 * One dictionary of a sweep file.
 *
 * @param name the name of its folder and of its row in the table
 * @param sites the site of an autoencoder, or the sites of a transcoder's input and target
 * @param trainer creates a trainer with its options
 * @param keepsBest whether training keeps the best checkpoint
 */
public record PlannedMember(String name, List<String> sites, Supplier<SaeTrainer> trainer, boolean keepsBest) {
    /** Copies the list. */
    public PlannedMember {
        sites = List.copyOf(sites);
    }
}
