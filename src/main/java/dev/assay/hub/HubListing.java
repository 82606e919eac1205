package dev.assay.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The files of a repository at one commit.
 *
 * @param commit the commit
 * @param files its files by name
 */
record HubListing(String commit, Map<String, HubFile> files) {
    /** Commits and tags become file names in the cache, so they are restricted to safe characters. */
    private static final Pattern COMMIT = Pattern.compile("[A-Za-z0-9]{1,64}");

    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*");

    /**
     * Parses the response of {@code /api/models/REPOSITORY/revision/REVISION?blobs=true}.
     *
     * @throws IOException if the response has another form
     * @throws InvalidInputException if a file name points outside the repository's folder
     */
    static HubListing parse(JsonNode answer, HubName name, String host) throws IOException {
        String commit = answer.path("sha").asText("");
        if (!isCommit(commit) || !answer.path("siblings").isArray()) {
            throw new IOException(host + " did not return a list of the files of " + name.repository()
                    + ", expected a hub of Hugging Face (see HF_ENDPOINT)");
        }
        Map<String, HubFile> files = new LinkedHashMap<>();
        for (JsonNode sibling : answer.path("siblings")) {
            String file = sibling.path("rfilename").asText("");
            if (!staysInside(file)) {
                throw new InvalidInputException(host + " lists a file " + sibling.path("rfilename") + " in "
                        + name.repository() + ", expected names within the repository's folder");
            }
            files.put(file, describe(file, sibling));
        }
        return new HubListing(commit, files);
    }

    private static HubFile describe(String file, JsonNode sibling) {
        JsonNode large = sibling.path("lfs");
        String tag = large.path("sha256")
                .asText(large.isObject() ? "" : sibling.path("blobId").asText(""));
        long size = large.path("size").asLong(sibling.path("size").asLong(-1));
        return new HubFile(file, size, isTag(tag) ? tag : null);
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    static boolean isTag(String text) {
        return TAG.matcher(text).matches();
    }

    private static boolean staysInside(String file) {
        if (file.isEmpty()
                || file.startsWith("/")
                || file.indexOf('\\') >= 0
                || DRIVE.matcher(file).matches()) {
            return false;
        }
        for (String part : file.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return file.chars().noneMatch(Character::isISOControl);
    }
}
