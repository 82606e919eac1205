package dev.assay.provenance;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The model of an artifact.
 *
 * @param name the name or folder that the model was loaded by
 * @param revision the revision on the hub; empty if none was named
 * @param hash the SHA-256 of its configuration, its loaded weights and its precision; empty if it was not computed
 * @param precision the type in which its matrix products are computed; empty if unknown
 */
public record ModelProvenance(String name, String revision, String hash, String precision) implements Serializable {
    private static final Pattern ON_HUB = Pattern.compile("[\\w.-]+/[\\w.-]+@(\\S+)");

    /**
     * Returns the provenance of a model whose weights were not hashed. The revision is read from names such as {@code org/name@main}.
     *
     * @param name the name or folder that the model was loaded by
     * @param precision the type in which its matrix products are computed
     * @return the provenance
     */
    public static ModelProvenance of(String name, String precision) {
        Matcher hub = ON_HUB.matcher(name);
        return new ModelProvenance(name, hub.matches() ? hub.group(1) : "", "", precision);
    }

    /**
     * Returns a copy with the hash of the weights.
     *
     * @param sha256 in hexadecimal
     * @return the copy
     */
    public ModelProvenance withHash(String sha256) {
        return new ModelProvenance(name, revision, sha256, precision);
    }
}
