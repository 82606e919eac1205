package dev.assay.audit.sample;

import dev.assay.InvalidInputException;
import dev.assay.text.dialogue.Role;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A rule that reduces the values of the tokens of a document to one value per column. Only tokens of some roles count; a token that the
 * dictionary's training left out does not count either. Without a token, all values are 0.
 *
 * @param rule the rule
 * @param position the token of {@link Rule#POSITION}, from 0 for the first counted token or from −1 for the last; otherwise 0
 * @param roles the roles whose tokens count; empty for the texts of all turns, without markers
 */
public record Pooling(Rule rule, int position, Set<Role> roles) {
    private static final Pattern NAME = Pattern.compile("(last|mean|max|sum|position(-?\\d{1,6}))(@[a-z0-9_+-]+)?");

    /** A rule of pooling. */
    public enum Rule {
        /** The value at the last counted token. */
        LAST,
        /** The mean over the counted tokens. */
        MEAN,
        /** The largest value. */
        MAX,
        /** The sum over the counted tokens. */
        SUM,
        /** The value at one counted token. */
        POSITION
    }

    /** Checks the position and copies the roles. */
    public Pooling {
        roles = Set.copyOf(roles);
        InvalidInputException.require(
                rule == Rule.POSITION || position == 0, "the position of a pooling over tokens", position, "0");
    }

    /** {@return the value at the last counted token} */
    public static Pooling last() {
        return new Pooling(Rule.LAST, 0, Set.of());
    }

    /** {@return the mean over the counted tokens} */
    public static Pooling mean() {
        return new Pooling(Rule.MEAN, 0, Set.of());
    }

    /** {@return the largest value of the counted tokens} */
    public static Pooling max() {
        return new Pooling(Rule.MAX, 0, Set.of());
    }

    /** {@return the sum over the counted tokens} */
    public static Pooling sum() {
        return new Pooling(Rule.SUM, 0, Set.of());
    }

    /** {@return the value at a counted token: 0 is the first, −1 the last} */
    public static Pooling position(int position) {
        return new Pooling(Rule.POSITION, position, Set.of());
    }

    /**
     * Restricts the tokens to roles.
     *
     * @param only the roles whose tokens count; {@link Role#NONE} for markers and BOS
     * @return the pooling
     */
    public Pooling at(Role... only) {
        return new Pooling(rule, position, Set.of(only));
    }

    /**
     * Returns whether tokens of a role count.
     *
     * @param role the role of a token
     * @return true if they do
     */
    public boolean counts(Role role) {
        return roles.isEmpty() ? !role.equals(Role.NONE) : roles.contains(role);
    }

    /**
     * Reads the name of a pooling: {@code last}, {@code mean}, {@code max}, {@code sum} or {@code position} with a number, optionally followed
     * by {@code @} and roles joined by {@code +}, such as {@code mean@scratchpad+assistant} or {@code position-1@user}.
     *
     * @param name the name
     * @return the pooling
     * @throws InvalidInputException if the name is not of this form
     */
    public static Pooling parse(String name) {
        Matcher parts = NAME.matcher(name);
        InvalidInputException.require(
                parts.matches(),
                () -> "the pooling is \"" + name
                        + "\", expected last, mean, max, sum or position with a number, optionally with roles such as mean@user+assistant");
        Set<Role> roles = parts.group(3) == null
                ? Set.of()
                : Arrays.stream(parts.group(3).substring(1).split("\\+", -1))
                        .map(Role::new)
                        .collect(Collectors.toSet());
        return parts.group(2) == null
                ? new Pooling(Rule.valueOf(parts.group(1).toUpperCase(Locale.ROOT)), 0, roles)
                : new Pooling(Rule.POSITION, Integer.parseInt(parts.group(2)), roles);
    }

    /** Returns the name that {@link #parse} reads. */
    @Override
    public String toString() {
        String name = rule.name().toLowerCase(Locale.ROOT) + (rule == Rule.POSITION ? position : "");
        Set<String> names = new TreeSet<>();
        roles.forEach(role -> names.add(role.name()));
        return roles.isEmpty() ? name : name + "@" + String.join("+", names);
    }
}
