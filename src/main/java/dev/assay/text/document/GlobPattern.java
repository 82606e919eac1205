package dev.assay.text.document;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A glob pattern as in shells: {@code *} matches anything within a name, {@code **} also across folders (including none), {@code ?} one
 * character, {@code [a-z]} one character of a set, and {@code {a,b}} either alternative.
 */
final class GlobPattern {
    private static final String WILD = "*?[{";

    private final Pattern regex;

    private GlobPattern(Pattern regex) {
        this.regex = regex;
    }

    /** Returns whether a name contains wildcards. */
    static boolean isWild(String name) {
        return name.chars().anyMatch(character -> WILD.indexOf(character) >= 0);
    }

    /**
     * Parses a pattern with {@code /} between folders.
     *
     * @throws PatternSyntaxException if a bracket is not closed
     */
    static GlobPattern of(String glob) {
        StringBuilder regex = new StringBuilder();
        int braces = 0;
        for (int i = 0; i < glob.length(); i++) {
            char character = glob.charAt(i);
            boolean starts = i == 0 || glob.charAt(i - 1) == '/';
            if (starts && glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (character == '*') {
                regex.append("[^/]*");
            } else if (character == '?') {
                regex.append("[^/]");
            } else if (character == '[') {
                int end = glob.indexOf(']', i + 2);
                if (end < 0) {
                    throw new PatternSyntaxException("a [ that is not closed", glob, i);
                }
                regex.append(range(glob.substring(i + 1, end)));
                i = end;
            } else if (character == '{') {
                regex.append("(?:");
                braces++;
            } else if (character == '}' && braces > 0) {
                regex.append(')');
                braces--;
            } else if (character == ',' && braces > 0) {
                regex.append('|');
            } else {
                regex.append(Pattern.quote(String.valueOf(character)));
            }
        }
        if (braces > 0) {
            throw new PatternSyntaxException("a { that is not closed", glob, glob.lastIndexOf('{'));
        }
        return new GlobPattern(Pattern.compile(regex.toString(), Pattern.DOTALL));
    }

    /** Converts a character set to a regular expression: {@code !} negates, all characters except {@code -} are literal. */
    private static String range(String glob) {
        boolean negated = glob.startsWith("!");
        String characters = (negated ? glob.substring(1) : glob).replaceAll("[\\\\\\[\\]&^]", "\\\\$0");
        return (negated ? "[^/" : "[") + characters + "]";
    }

    boolean matches(String path) {
        return regex.matcher(path).matches();
    }
}
