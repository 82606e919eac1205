package dev.assay.hub;

import dev.assay.InvalidInputException;
import java.util.regex.Pattern;

/**
 * A repository on the Hugging Face hub at a revision.
 *
 * @param repository owner and name, {@code org/name}; only a name for the oldest repositories, such as {@code gpt2}
 * @param revision a branch, a tag or a commit
 */
public record HubName(String repository, String revision) {
    /** The default branch. */
    public static final String MAIN = "main";

    private static final Pattern REPOSITORY =
            Pattern.compile("([A-Za-z0-9_][A-Za-z0-9_.-]{0,95}/)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}");
    private static final Pattern REVISION =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+=-]*(/[A-Za-z0-9_][A-Za-z0-9_.+=-]*)*");

    /** Checks that both parts are usable in paths and addresses. */
    public HubName {
        if (!REPOSITORY.matcher(repository).matches() || repository.contains("..")) {
            throw new InvalidInputException("\"" + repository
                    + "\" is not a repository, expected org/name or the name of one without owner, such as gpt2");
        }
        if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
            throw new InvalidInputException("\"" + revision + "\" is not a revision of " + repository
                    + ", expected the name of a branch, a tag or a commit");
        }
    }

    /**
     * Returns whether a text has the form of a name, with or without a revision.
     *
     * @param text such as {@code EleutherAI/pythia-70m@step1000}
     * @return true if {@link #parse} accepts its repository
     */
    public static boolean matches(String text) {
        return REPOSITORY.matcher(text.split("@", 2)[0]).matches();
    }

    /**
     * Parses {@code org/name} or {@code org/name@revision}.
     *
     * @param text the name
     * @return its parts; the default revision is {@link #MAIN}
     * @throws InvalidInputException if it has another form
     */
    public static HubName parse(String text) {
        String[] parts = text.split("@", 2);
        return new HubName(parts[0], parts.length == 1 ? MAIN : parts[1]);
    }

    /**
     * Returns whether the name has an owner.
     *
     * @return false for names such as {@code gpt2}
     */
    public boolean hasOwner() {
        return repository.contains("/");
    }

    /** Returns the name in the form of {@link #parse}. */
    @Override
    public String toString() {
        return revision.equals(MAIN) ? repository : repository + "@" + revision;
    }
}
