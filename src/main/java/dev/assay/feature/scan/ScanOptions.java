package dev.assay.feature.scan;

import dev.assay.InvalidInputException;
import dev.assay.feature.store.ExampleWindow;
import java.io.Serializable;
import java.util.List;

/**
 * The latents of a scan and its results for each of them.
 *
 * @param latents ascending indices of latents; empty for all latents
 * @param top the maximum number of strongest examples per latent, at least 0
 * @param before the number of tokens before the peak of an example, at least 0
 * @param after the number of tokens after the peak of an example, at least 0
 * @param onePerDocument whether a document has at most one example per latent; a context never has more than one
 * @param coactivation whether to count coactivating latents, with 4 bytes of memory per scanned latent and latent
 */
public record ScanOptions(
        List<Integer> latents, int top, int before, int after, boolean onePerDocument, boolean coactivation)
        implements Serializable {
    /** Twenty examples of all latents in the default window of a store, without coactivations. */
    public static final ScanOptions DEFAULT =
            new ScanOptions(List.of(), 20, ExampleWindow.DEFAULT.before(), ExampleWindow.DEFAULT.after(), false, false);

    /** Checks the numbers. */
    public ScanOptions {
        latents = List.copyOf(latents);
        InvalidInputException.requireAtLeast(0, "the number of examples", top);
        InvalidInputException.requireAtLeast(0, "the number of tokens before the peak", before);
        InvalidInputException.requireAtLeast(0, "the number of tokens after the peak", after);
        for (int i = 1; i < latents.size(); i++) {
            List<Integer> list = latents;
            int at = i;
            InvalidInputException.require(
                    latents.get(i - 1) < latents.get(i),
                    () -> "latent " + list.get(at) + " follows latent " + list.get(at - 1)
                            + " in a scan, expected ascending latents");
        }
    }

    /**
     * Returns these options for some latents.
     *
     * @param some ascending indices of latents
     * @return a copy
     */
    public ScanOptions withLatents(List<Integer> some) {
        return new ScanOptions(some, top, before, after, onePerDocument, coactivation);
    }

    /**
     * Returns these options with another number of examples.
     *
     * @param count the maximum number of strongest examples per latent, at least 0
     * @return a copy
     */
    public ScanOptions withTop(int count) {
        return new ScanOptions(latents, count, before, after, onePerDocument, coactivation);
    }

    /**
     * Returns these options with at most one example per document and latent.
     *
     * @param one whether a document has at most one example
     * @return a copy
     */
    public ScanOptions withOnePerDocument(boolean one) {
        return new ScanOptions(latents, top, before, after, one, coactivation);
    }

    /**
     * Returns these options with or without coactivating latents.
     *
     * @param counted whether to count coactivating latents
     * @return a copy
     */
    public ScanOptions withCoactivation(boolean counted) {
        return new ScanOptions(latents, top, before, after, onePerDocument, counted);
    }
}
