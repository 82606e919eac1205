package dev.assay.hub;

/**
 * A file of a repository with the hub's metadata.
 *
 * @param name its path in the repository, with slashes
 * @param size number of bytes, or -1 if unknown
 * @param tag the hub's hash: SHA-256 for large files, the git hash for small ones; null if unknown
 */
record HubFile(String name, long size, String tag) {
    boolean isDescribed() {
        return size >= 0 && tag != null;
    }
}
