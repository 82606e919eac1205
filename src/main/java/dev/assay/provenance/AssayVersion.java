package dev.assay.provenance;

/** The version of Assay that is running. */
public final class AssayVersion {
    /** The version reported by classes that were not loaded from a jar. */
    public static final String DEVELOPMENT = "development";

    private AssayVersion() {}

    /**
     * Returns the version from the manifest of Assay's jar.
     *
     * @return for example {@code 0.1.0}, or {@link #DEVELOPMENT}
     */
    public static String current() {
        String version = AssayVersion.class.getPackage().getImplementationVersion();
        return version == null ? DEVELOPMENT : version;
    }
}
