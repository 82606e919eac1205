package dev.assay.hub;

/**
 * A file of a repository, as the hub describes it.
 *
 * @param name its path in the repository, with slashes
 * @param size its bytes, or -1 where the hub does not say
 * @param tag what the hub knows its content by: the SHA-256 of large files, the git hash of small ones; null where it does not say
 */
record HubFile(String name, long size, String tag) {
    boolean isDescribed() {
        return size >= 0 && tag != null;
    }
}
