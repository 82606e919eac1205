package dev.assay.experiment.ioi;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The template form of Wang et al. (arXiv 2211.00593): two names, a place, and a gift of one person to the other. Both orders of the first
 * mention occur. The counterfactual replaces the recipient by a third name. Names are single tokens; other words may have any number.
 */
record TemplateForm(List<String> names) implements PromptForm {
    static final String NAME = "template";

    private static final int LONGEST = 64;
    private static final int ENOUGH = 8;
    private static final int FEWEST = 3;
    private static final List<String> TEMPLATES = List.of(
            "Then, {1} and {2} went to the {place}. {giver} gave a {object} to",
            "When {1} and {2} came to the {place}, {giver} gave the {object} to",
            "After {1} and {2} were at the {place}, {giver} brought a {object} to",
            "While {1} and {2} waited near the {place}, {giver} showed the {object} to",
            "One morning, {1} and {2} walked to the {place}, and {giver} handed a {object} to");
    private static final List<String> PLACES =
            List.of("garden", "market", "park", "school", "library", "shop", "house", "forest", "farm", "lake");
    private static final List<String> OBJECTS =
            List.of("ball", "book", "ring", "key", "basket", "drum", "letter", "lamp", "coat", "box");
    private static final List<String> PERSONS = List.of(
            "John",
            "Mary",
            "James",
            "Robert",
            "William",
            "George",
            "Thomas",
            "David",
            "Michael",
            "Richard",
            "Joseph",
            "Charles",
            "Daniel",
            "Henry",
            "Edward",
            "Peter",
            "Paul",
            "Mark",
            "Andrew",
            "Anna",
            "Sarah",
            "Laura",
            "Susan",
            "Alice",
            "Jane",
            "Elizabeth",
            "Martha",
            "Lucy",
            "Emma",
            "Kate",
            "Helen",
            "Ruth",
            "Mia",
            "Lily",
            "Rosa",
            "Nora",
            "Clara",
            "Ella",
            "Tom",
            "Sam",
            "Ben",
            "Max",
            "Leo",
            "Jack",
            "Finn",
            "Hugo");
    /** Actors for tokenizers that know few names of persons, such as those of a corpus of speeches. */
    private static final List<String> ACTORS = List.of(
            "America",
            "Congress",
            "Europe",
            "Rome",
            "England",
            "France",
            "Spain",
            "Mexico",
            "Germany",
            "Russia",
            "China",
            "Japan",
            "Canada",
            "London",
            "Washington",
            "Lincoln",
            "Government",
            "Union",
            "Nation",
            "Republic",
            "God",
            "Lord",
            "King",
            "President");

    /** Copies the names. */
    TemplateForm {
        names = List.copyOf(names);
        InvalidInputException.require(
                names.size() >= FEWEST,
                names.size() + " names for the templates (" + String.join(", ", names) + "), expected at least "
                        + FEWEST + "; set names");
    }

    /**
     * Returns the form with the names that a tokenizer knows as single tokens: of persons, and of other actors if there are few of those.
     *
     * @throws InvalidInputException if there are fewer than three
     */
    static TemplateForm of(HookedTransformer model) {
        List<String> persons = known(model, PERSONS);
        return new TemplateForm(
                persons.size() >= ENOUGH
                        ? persons
                        : Stream.concat(persons.stream(), known(model, ACTORS).stream())
                                .toList());
    }

    /**
     * Returns the form with given names.
     *
     * @throws InvalidInputException if one is not a single token after a space, or there are fewer than three
     */
    static TemplateForm of(HookedTransformer model, List<String> names) {
        for (String name : names) {
            InvalidInputException.require(
                    isSingle(model, name),
                    () -> "the name \"" + name + "\" is not a single token of " + model.name()
                            + ", expected names that its tokenizer knows");
        }
        return new TemplateForm(names.stream().distinct().toList());
    }

    private static List<String> known(HookedTransformer model, List<String> names) {
        return names.stream().filter(name -> isSingle(model, name)).toList();
    }

    static boolean isSingle(HookedTransformer model, String name) {
        return model.tokenizer().encode(" " + name).length == 1;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int longest() {
        return LONGEST;
    }

    @Override
    public NamePrompt draw(SplittableRandom random) {
        String giver = pick(names, random);
        String recipient = other(random, giver);
        String replaced = other(random, giver, recipient);
        boolean giverFirst = random.nextBoolean();
        String text = pick(TEMPLATES, random)
                .replace("{place}", pick(PLACES, random))
                .replace("{object}", pick(OBJECTS, random))
                .replace("{giver}", giver)
                .replace(giverFirst ? "{1}" : "{2}", giver);
        String slot = giverFirst ? "{2}" : "{1}";
        return new NamePrompt(text.replace(slot, recipient), text.replace(slot, replaced));
    }

    private String other(SplittableRandom random, String... taken) {
        String name = pick(names, random);
        while (List.of(taken).contains(name)) {
            name = pick(names, random);
        }
        return name;
    }

    private static String pick(List<String> choices, SplittableRandom random) {
        return choices.get(random.nextInt(choices.size()));
    }
}
