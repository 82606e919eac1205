package dev.assay.hub;

import dev.assay.InvalidInputException;
import dev.assay.ProgressBar;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Access to repositories of the Hugging Face hub through the on-disk cache of Hugging Face's own libraries, in the same layout. Only
 * safetensors, npz, JSON and tokenizer files are downloaded; sizes and hashes are verified; an interrupted download resumes. Threads and
 * processes can share a cache.
 */
public final class Hub {
    /** The system property with the default of {@link Builder#maxBytes}. */
    public static final String MAX_BYTES = "assay.hub.maxBytes";

    private final HubClient client;
    private final Path cache;
    private final boolean offline;
    private final boolean progress;
    private final boolean links;
    private final long maxBytes;

    private Hub(Builder builder) {
        this.client = new HubClient(builder.endpoint, builder.token, builder.retryPolicy);
        this.cache = builder.cache;
        this.offline = builder.offline;
        this.progress = builder.progress;
        this.links = builder.links;
        this.maxBytes = builder.maxBytes;
    }

    /**
     * Creates a hub from environment variables: {@code HF_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME}, {@code HF_ENDPOINT},
     * {@code HF_TOKEN}, {@code HF_TOKEN_PATH}, {@code HF_HUB_OFFLINE}, {@code HF_HUB_DISABLE_PROGRESS_BARS},
     * {@code HF_HUB_DISABLE_SYMLINKS}, and from the system property {@value #MAX_BYTES}.
     *
     * @return the hub
     * @throws IOException if the token file cannot be read
     * @throws InvalidInputException if a variable has an unusable value
     */
    public static Hub fromEnvironment() throws IOException {
        return builder().build();
    }

    /**
     * Starts a builder with the values of environment variables.
     *
     * @return a builder
     * @throws IOException if the token file cannot be read
     * @throws InvalidInputException if a variable has an unusable value
     */
    public static Builder builder() throws IOException {
        return builder(new HubEnvironment(System.getenv(), Path.of(System.getProperty("user.home"))));
    }

    static Builder builder(HubEnvironment environment) throws IOException {
        return new Builder(environment);
    }

    /**
     * Returns a folder with the selected files. A revision in the cache is returned without checking for a newer one; otherwise the files are
     * downloaded.
     *
     * @param name repository and revision
     * @param selection the files to download
     * @return a folder with the layout of the repository, which must not be changed
     * @throws IOException if the hub cannot be reached or the disk cannot be written; a later call resumes
     * @throws InvalidInputException if the repository does not exist, access is denied, or selected files are missing
     */
    public Path snapshot(HubName name, HubSelection selection) throws IOException {
        HubCache place = new HubCache(cache, name, links);
        String commit = place.commit(name.revision());
        Path known = commit == null ? null : place.snapshot(commit);
        boolean usable = known != null && selection.missing(known).isEmpty();
        if (usable && (offline || isSettled(place, commit, selection))) {
            return known;
        }
        if (offline) {
            throw new InvalidInputException(name + absence(known, selection)
                    + " and HF_HUB_OFFLINE forbids downloads; unset it, or complete the cache on another machine");
        }
        try {
            return download(name, selection, place);
        } catch (IOException | InvalidInputException failure) {
            if (usable) {
                return known;
            }
            throw failure;
        }
    }

    /**
     * Returns whether the cache has a folder of a repository, complete or not.
     *
     * @param name the repository
     * @return true if at least one download of it was started
     */
    public boolean isCached(HubName name) {
        return Files.isDirectory(new HubCache(cache, name, links).folder());
    }

    /** Describes the missing part of a snapshot, after the name of its repository. */
    private String absence(Path known, HubSelection selection) throws IOException {
        if (known == null || !Files.isDirectory(known)) {
            return " is not in " + cache;
        }
        return " is incomplete in " + cache + ": " + known + " lacks " + String.join(", ", selection.missing(known));
    }

    /** Returns whether each optional file is in the cache or known not to exist. */
    private static boolean isSettled(HubCache place, String commit, HubSelection selection) {
        return selection.optional().stream()
                .allMatch(file ->
                        Files.exists(place.snapshot(commit).resolve(file)) || place.isKnownAbsent(commit, file));
    }

    private Path download(HubName name, HubSelection selection, HubCache place) throws IOException {
        HubListing listing = client.listing(name);
        String commit = listing.commit();
        List<String> wanted = selection.choose(
                name.repository(),
                listing.files().keySet(),
                file -> prepare(name, place, listing, file).run(bytes -> {}));
        Map<String, BlobDownload> downloads = new LinkedHashMap<>();
        for (String file : wanted) {
            downloads.put(file, prepare(name, place, listing, file));
        }
        run(name, downloads);
        for (String file : wanted) {
            place.place(commit, file, downloads.get(file).tag());
        }
        for (String file : selection.optional()) {
            if (!listing.files().containsKey(file)) {
                place.noteAbsent(commit, file);
            }
        }
        place.remember(name.revision(), commit);
        return place.snapshot(commit);
    }

    private BlobDownload prepare(HubName name, HubCache place, HubListing listing, String file) throws IOException {
        HubFile listed = listing.files().get(file);
        HubFile described = listed.isDescribed() ? listed : client.describe(name, listing.commit(), listed);
        return new BlobDownload(client, place, name, listing.commit(), described, maxBytes);
    }

    private void run(HubName name, Map<String, BlobDownload> downloads) throws IOException {
        long total = 0;
        long missing = 0;
        for (BlobDownload download : downloads.values()) {
            total += download.size();
            missing += download.missing();
        }
        requireSpace(name, missing);
        boolean shown = progress && missing > 0;
        try (ProgressBar bar = shown ? new ProgressBar(name.toString(), total, ProgressBar.Unit.BYTES) : null) {
            long done = 0;
            for (Map.Entry<String, BlobDownload> download : downloads.entrySet()) {
                long before = done;
                done += download.getValue().size();
                download.getValue().run(here -> {
                    if (bar != null) {
                        bar.update(before + here, download.getKey());
                    }
                });
            }
        }
    }

    private void requireSpace(HubName name, long bytes) throws IOException {
        Files.createDirectories(cache);
        long free = Files.getFileStore(cache).getUsableSpace();
        if (bytes > free) {
            throw new IOException(
                    cache + " has " + free + " bytes of free space, but " + name + " needs " + bytes + " more");
        }
    }

    /** The options of a hub. */
    public static final class Builder {
        private URI endpoint;
        private String token;
        private Path cache;
        private boolean offline;
        private boolean progress;
        private final boolean links;
        private long maxBytes;
        private RetryPolicy retryPolicy = RetryPolicy.USUAL;

        private Builder(HubEnvironment environment) throws IOException {
            endpoint(environment.endpoint());
            token(environment.token());
            cache(environment.cache());
            offline(environment.isOffline());
            progress(environment.showsProgress());
            maxBytes(environment.maxBytes());
            this.links = environment.links();
        }

        /**
         * Sets the address of the hub.
         *
         * @param address such as {@code https://huggingface.co}
         * @return this
         * @throws InvalidInputException if it is not a web address
         */
        public Builder endpoint(String address) {
            try {
                endpoint = URI.create(address.replaceFirst("/+$", ""));
            } catch (IllegalArgumentException malformed) {
                throw noAddress(address);
            }
            if (!HubClient.isWeb(endpoint)) {
                throw noAddress(address);
            }
            return this;
        }

        private static InvalidInputException noAddress(String address) {
            return new InvalidInputException(
                    "the hub's address (HF_ENDPOINT) is \"" + address + "\", expected one like https://huggingface.co");
        }

        /**
         * Sets the token, which is sent to the hub and to no other server.
         *
         * @param value the token, or null for none
         * @return this
         * @throws InvalidInputException if it has a character that tokens cannot have
         */
        public Builder token(String value) {
            if (value != null && !value.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw new InvalidInputException(
                        "the token of the hub (HF_TOKEN) has a space or a special character, expected letters and digits");
            }
            token = value;
            return this;
        }

        /**
         * Sets the cache folder.
         *
         * @param folder the parent of {@code models--org--name}
         * @return this
         */
        public Builder cache(Path folder) {
            cache = folder;
            return this;
        }

        /**
         * Sets whether the network is disabled.
         *
         * @param value true to use only the cache
         * @return this
         */
        public Builder offline(boolean value) {
            offline = value;
            return this;
        }

        /**
         * Sets whether downloads show progress.
         *
         * @param value whether to show progress
         * @return this
         */
        public Builder progress(boolean value) {
            progress = value;
            return this;
        }

        /**
         * Sets the limit of files whose size the hub does not state, as some mirrors do. Files of a stated size must have exactly that size.
         *
         * @param bytes the largest number of bytes of such a file, at least 1; default 50 GiB
         * @return this
         * @throws InvalidInputException if the number is below 1
         */
        public Builder maxBytes(long bytes) {
            if (bytes < 1) {
                throw new InvalidInputException(
                        "the limit of a downloaded file (--max-bytes) is " + bytes + " bytes, expected at least 1");
            }
            maxBytes = bytes;
            return this;
        }

        Builder retryPolicy(RetryPolicy value) {
            retryPolicy = value;
            return this;
        }

        /**
         * Creates the hub.
         *
         * @return the hub
         */
        public Hub build() {
            return new Hub(this);
        }
    }
}
