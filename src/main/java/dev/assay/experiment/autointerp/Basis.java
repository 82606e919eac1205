package dev.assay.experiment.autointerp;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The bases of activations whose features are explained. */
enum Basis {
    SAE("TopK dictionary"),
    RANDOM_WEIGHTS("TopK dictionary on random weights"),
    PCA("principal components, oriented"),
    ICA("independent components, oriented"),
    NMF("non-negative factors"),
    NEURONS("dimensions of the site, centred and oriented"),
    RELU("positive side of the dimensions of the site"),
    RANDOM("random directions, oriented");

    private final String title;

    Basis(String title) {
        this.title = title;
    }

    /** Returns the name in settings and files, which is also that of the baseline. */
    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String title() {
        return title;
    }

    /** Returns whether a dictionary is trained; otherwise directions are fitted. */
    boolean isTrained() {
        return this == SAE || this == RANDOM_WEIGHTS;
    }

    static Basis named(String id) {
        return Arrays.stream(values())
                .filter(basis -> basis.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("setting bases has \"" + id + "\", expected some of "
                        + Arrays.stream(values()).map(Basis::id).collect(Collectors.joining(", "))));
    }
}
