package dev.assay.evaluate.probe;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.stream.IntStream;

/** Edits that remove latents of a dictionary. */
public final class FeatureAblation {
    private FeatureAblation() {}

    /**
     * Subtracts the contributions of some latents and keeps the reconstruction error: {@code x − s Σ_j c_j(x / s) d_j}.
     *
     * @param dictionary an autoencoder of the edited site, open while the edit is used
     * @param scale s, the factor of the activations relative to those that the dictionary was trained on; 1 for the same model
     * @param latents the latents
     * @return the edit
     * @throws InvalidInputException if the dictionary writes another width than it reads, or a latent does not exist
     */
    public static ActivationEdit of(Dictionary dictionary, double scale, int... latents) {
        InvalidInputException.require(
                dictionary.dIn() == dictionary.dOut(),
                () -> "the dictionary reads " + dictionary.dIn() + " columns and writes " + dictionary.dOut()
                        + ", expected equal widths");
        for (int latent : latents) {
            InvalidInputException.require(
                    latent >= 0 && latent < dictionary.dSae(),
                    "latent " + latent + " does not exist, expected 0 to " + (dictionary.dSae() - 1));
        }
        long[] selected = IntStream.of(latents).asLongStream().toArray();
        return rows -> {
            try (Scope scope = Scope.open()) {
                NDArray index = rows.getManager().create(selected);
                NDArray codes = dictionary.encode(Aten.mul(rows, 1 / scale)).dense(); // [n, d_sae]
                NDArray removed = Aten.mul(
                        Aten.indexSelect(codes, 1, index).matMul(Aten.indexSelect(dictionary.decoder(), 0, index)),
                        scale);
                return scope.keep(rows.sub(removed));
            }
        };
    }
}
