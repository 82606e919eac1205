package dev.assay.audit.sample;

import dev.assay.InvalidInputException;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Terms of the text of a document: n-grams of words or of characters. Text is in lower case. A word is a sequence of letters, digits and
 * apostrophes. Terms do not cross turns. Character n-grams include spaces, of which several count as one.
 *
 * @param words whether the parts of a term are words; otherwise characters
 * @param shortest the smallest number of parts
 * @param longest the largest number of parts
 * @param roles the roles whose turns are read; empty for all
 */
public record TextTerms(boolean words, int shortest, int longest, Set<Role> roles) {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}'’]+");
    private static final Pattern SPACES = Pattern.compile("\\s+");

    /** Checks the lengths and copies the roles. */
    public TextTerms {
        InvalidInputException.requireAtLeast(1, "the smallest number of parts of a term", shortest);
        InvalidInputException.requireAtLeast(shortest, "the largest number of parts of a term", longest);
        roles = Set.copyOf(roles);
    }

    /** {@return word n-grams of {@code shortest} to {@code longest} words} */
    public static TextTerms words(int shortest, int longest) {
        return new TextTerms(true, shortest, longest, Set.of());
    }

    /** {@return character n-grams of {@code shortest} to {@code longest} characters} */
    public static TextTerms characters(int shortest, int longest) {
        return new TextTerms(false, shortest, longest, Set.of());
    }

    /** {@return the same terms of the turns of some roles} */
    public TextTerms at(Role... only) {
        return new TextTerms(words, shortest, longest, Set.of(only));
    }

    /** {@return the terms of a document in order, with repetitions} */
    public List<String> of(LabelledDialogue document) {
        List<String> terms = new ArrayList<>();
        for (Turn turn : document.dialogue().turns()) {
            if (roles.isEmpty() || roles.contains(turn.role())) {
                List<String> parts = parts(turn.text().toLowerCase(Locale.ROOT));
                for (int length = shortest; length <= longest; length++) {
                    for (int start = 0; start + length <= parts.size(); start++) {
                        terms.add(String.join(words ? " " : "", parts.subList(start, start + length)));
                    }
                }
            }
        }
        return terms;
    }

    private List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        if (words) {
            Matcher word = WORD.matcher(text);
            while (word.find()) {
                parts.add(word.group());
            }
            return parts;
        }
        SPACES.matcher(text.strip())
                .replaceAll(" ")
                .codePoints()
                .forEach(character -> parts.add(Character.toString(character)));
        return parts;
    }

    /** Returns a name such as {@code words 1-2} or {@code characters 3-5@assistant}. */
    @Override
    public String toString() {
        Set<String> names = new TreeSet<>();
        roles.forEach(role -> names.add(role.name()));
        return (words ? "words " : "characters ")
                + shortest
                + (longest > shortest ? "-" + longest : "")
                + (names.isEmpty() ? "" : "@" + String.join("+", names));
    }
}
