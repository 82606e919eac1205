package dev.assay.provenance;

import java.io.Serializable;

/**
 * An artifact that another one was computed from.
 *
 * @param kind its kind, such as {@link #DICTIONARY}
 * @param description its type and size, for people to read; may be empty
 * @param hash the SHA-256 of its contents, in hexadecimal; may be empty
 */
public record ParentArtifact(String kind, String description, String hash) implements Serializable {
    /** The kind of a trained dictionary. */
    public static final String DICTIONARY = "dictionary";
    /** The kind of an activation store. */
    public static final String ACTIVATIONS = "activations";
    /** The kind of a feature store. */
    public static final String FEATURES = "features";
}
