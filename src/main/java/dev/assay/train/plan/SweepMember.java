package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import dev.assay.sae.Sites;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A member of a sweep: one dictionary to train.
 *
 * @param name of its folder
 * @param plan the training plan; null for a refused member
 * @param sites the sites that it reads and writes
 * @param refusal the reason why it cannot be trained; null for a member that can
 */
public record SweepMember(String name, TrainingPlan plan, Sites sites, String refusal) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Set<String> RESERVED = Set.of("buffer", "checkpoints");

    /** Checks the name. */
    public SweepMember {
        Objects.requireNonNull(name);
        Objects.requireNonNull(sites);
        if (!NAME.matcher(name).matches() || RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new InvalidInputException("the member \"" + name
                    + "\" cannot be a folder, expected letters, digits, dots, dashes and underscores, and none of "
                    + String.join(", ", RESERVED.stream().sorted().toList()));
        }
    }
}
