package dev.assay.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.checkpoint.ComparisonReport;
import dev.assay.checkpoint.ExpectedTensors;
import dev.assay.sae.BatchTopK;
import dev.assay.sae.SaelensTensors;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compares a dictionary with SAELens. The file of expected tensors has the input {@code x} and any of {@code sae_in},
 * {@code hidden_pre}, {@code feature_acts} and {@code recon}. The prefix {@code training_mode.} marks results of the dictionary in
 * training mode, where batch top-k selects over all rows. The prefixes {@code fold_W_dec_norm.} and {@code fold_activation_norm.} (with
 * the factor {@code scale}) mark results and arrays after folding.
 */
public final class SaeVerification {
    private static final String ACTIVE_SETS_EQUAL = "active_sets_equal";
    private static final String TRAINING = "training_mode.";
    private static final String FOLD_DECODER = "fold_W_dec_norm.";
    private static final String FOLD_ACTIVATION = "fold_activation_norm.";

    private final ExpectedTensors expected;
    private final NDArray x;

    private SaeVerification(ExpectedTensors expected, NDArray x) {
        this.expected = expected;
        this.x = x;
    }

    /**
     * Runs the comparison on the CPU.
     *
     * @param folder a SAELens folder
     * @param expectedFile the file of expected tensors
     * @param tolerance the largest absolute difference that passes
     * @return the report
     * @throws IOException if a file cannot be read
     * @throws dev.assay.InvalidInputException if a file is malformed or has tensors of other shapes
     */
    public static ComparisonReport run(Path folder, Path expectedFile, double tolerance) throws IOException {
        return run(folder, expectedFile, tolerance, Device.cpu());
    }

    /**
     * Runs the comparison on a device.
     *
     * @param folder a SAELens folder; its subfolder {@code training_checkpoint}, if present, has the dictionary in training mode
     * @param expectedFile the file of expected tensors
     * @param tolerance the largest absolute difference that passes
     * @param device the device of the computation
     * @return the report, which also has the condition {@code active_sets_equal}
     * @throws IOException if a file cannot be read
     * @throws dev.assay.InvalidInputException if a file is malformed or has tensors of other shapes
     */
    public static ComparisonReport run(Path folder, Path expectedFile, double tolerance, Device device)
            throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder, device);
                NDManager manager = TorchEngine.newManager(device);
                Scope scope = Scope.open();
                ExpectedTensors expected = ExpectedTensors.open(expectedFile, manager)) {
            SaeVerification verification = new SaeVerification(expected, expected.load("x"));
            verification.compare("", sae);
            verification.compareTraining(folder, sae);
            verification.compareFolded(sae);
            return expected.report(tolerance);
        }
    }

    private void compareTraining(Path folder, SparseAutoencoder sae) throws IOException {
        Path checkpoint = folder.resolve("training_checkpoint");
        if (!has(TRAINING)) {
            return;
        }
        if (!Files.exists(checkpoint)) {
            compare(TRAINING, sae);
            return;
        }
        try (SparseAutoencoder trained = SparseAutoencoder.load(checkpoint, sae.device())) {
            compare(TRAINING, trained);
        }
    }

    private void compareFolded(SparseAutoencoder sae) {
        if (has(FOLD_DECODER)) {
            try (SparseAutoencoder folded = sae.foldDecoderNorm()) {
                compare(FOLD_DECODER, folded);
            }
        }
        if (has(FOLD_ACTIVATION)) {
            float scale = expected.load(FOLD_ACTIVATION + "scale").toFloatArray()[0];
            try (SparseAutoencoder folded = sae.foldActivationNorm(scale)) {
                compare(FOLD_ACTIVATION, folded);
            }
        }
    }

    private boolean has(String prefix) {
        return expected.names().stream().anyMatch(name -> name.startsWith(prefix));
    }

    private void compare(String prefix, SparseAutoencoder sae) {
        try (Scope scope = Scope.open()) {
            compare(prefix + "sae_in", sae.input(x));
            compare(prefix + "hidden_pre", sae.preActivations(x));
            SparseCodes codes = prefix.equals(TRAINING) ? encodeAsTraining(sae) : sae.encode(x);
            compareCodes(prefix + "feature_acts", codes.dense());
            compare(prefix + "recon", sae.decode(codes, x));
            if (!prefix.isEmpty()) {
                SaelensTensors.of(sae.architecture(), sae.weights())
                        .forEach((name, tensor) -> compare(prefix + name, tensor));
            }
        }
    }

    private SparseCodes encodeAsTraining(SparseAutoencoder sae) {
        if (sae.architecture() instanceof BatchTopK batchTopK) {
            NDArray in = sae.input(x);
            NDArray workspace = in.getManager().create(new Shape(in.getShape().get(0), sae.dSae()));
            return batchTopK.encodeBatch(in, sae.weights(), workspace);
        }
        return sae.encode(x);
    }

    private void compare(String name, NDArray computed) {
        if (expected.has(name)) {
            expected.compare(name, computed);
        }
    }

    private void compareCodes(String name, NDArray computed) {
        if (expected.has(name)) {
            expected.compare(name, computed);
            boolean equal = expected.load(name).neq(0f).contentEquals(computed.neq(0f));
            expected.require(ACTIVE_SETS_EQUAL, equal);
        }
    }
}
