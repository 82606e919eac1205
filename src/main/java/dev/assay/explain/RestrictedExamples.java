package dev.assay.explain;

import dev.assay.InvalidInputException;
import java.util.List;
import java.util.Locale;

/** The examples of one part; reading another part is an error. */
final class RestrictedExamples implements FeatureExamples {
    private final FeatureExamples examples;
    private final Part allowed;

    RestrictedExamples(FeatureExamples examples, Part allowed) {
        this.examples = examples;
        this.allowed = allowed;
    }

    private Part checked(Part part) {
        if (part != allowed) {
            throw new InvalidInputException("the " + name(part) + " documents of latent " + latent()
                    + " were requested, expected only " + name(allowed) + " documents");
        }
        return part;
    }

    private static String name(Part part) {
        return part.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public int latent() {
        return examples.latent();
    }

    @Override
    public double density() {
        return examples.density();
    }

    @Override
    public List<TextWindow> windows(Part part, Stratum stratum) {
        return examples.windows(checked(part), stratum);
    }

    @Override
    public long size(Part part, Stratum stratum) {
        return examples.size(checked(part), stratum);
    }

    @Override
    public int activeDocuments(Part part) {
        return examples.activeDocuments(checked(part));
    }

    @Override
    public Iterable<TextWindow> whole(Part part) {
        return examples.whole(checked(part));
    }
}
