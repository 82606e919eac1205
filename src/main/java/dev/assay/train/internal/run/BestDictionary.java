package dev.assay.train.internal.run;

import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.provenance.Provenance;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainedDictionaryBuilder;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.SweepMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds the dictionary of a best checkpoint. */
public final class BestDictionary {
    private BestDictionary() {}

    /** Returns whether a folder of checkpoints has a best one. */
    public static boolean exists(Path folder) {
        return Files.exists(BestCheckpointFile.path(folder));
    }

    /**
     * Loads a best checkpoint.
     *
     * @param source of the activations
     * @param asked the member that the checkpoint is of
     * @param folder of the checkpoints
     * @return the dictionary, on the device of the source
     * @throws IOException when it cannot be read
     * @throws InvalidInputException when there is no best checkpoint
     */
    public static SparseAutoencoder load(ActivationSource source, SweepMember asked, Path folder) throws IOException {
        Path file = BestCheckpointFile.path(folder);
        InvalidInputException.require(
                Files.exists(file),
                () -> file + " does not exist: the metric of the best state had no finite value at any checkpoint");
        SweepMember member = EarlierDefaults.adopted(file, asked);
        Provenance provenance = RunningMember.provenance(source, member);
        try (NDManager manager = TorchEngine.newManager(source.device());
                Autograd off = Autograd.off();
                TrainingState state = new TrainingState(
                        manager,
                        member.plan(),
                        InitialDictionary.of(
                                manager,
                                member.plan(),
                                member.sites().dIn(),
                                member.sites().dOut()))) {
            TrainingCheckpoints.Header header = TrainingCheckpoints.restore(file, state, provenance);
            return TrainedDictionaryBuilder.fold(state, header.scale(), provenance, member.sites());
        }
    }
}
