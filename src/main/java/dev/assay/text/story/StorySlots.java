package dev.assay.text.story;

import java.util.ArrayList;
import java.util.List;

/** Expands a sentence of the grammar: selects alternatives and draws words. Slots of persons are kept. */
final class StorySlots {
    private static final List<String> SPOTS_OUTDOORS =
            List.of("under the tree", "in the grass", "behind the wall", "near the gate");
    private static final List<String> SPOTS_INDOORS =
            List.of("on the table", "under the bed", "behind the door", "near the window");

    private final StoryWords words;
    private final StoryRandom random;
    private final StoryContext context;

    /** Words drawn for this sentence; a noun or quality occurs at most once. */
    private final List<Object> drawn = new ArrayList<>();

    private String lastNoun = "";

    StorySlots(StoryWords words, StoryRandom random, StoryContext context) {
        this.words = words;
        this.random = random;
        this.context = context;
    }

    String fill(String sentence) {
        drawn.clear();
        drawn.addAll(List.of(context.pet, context.herd, context.treasure));
        return withArticles(withWords(withChoices(sentence)));
    }

    /** Selects one alternative of each "(a|b)". */
    private String withChoices(String sentence) {
        StringBuilder result = new StringBuilder();
        int at = 0;
        for (int open = sentence.indexOf('('); open >= 0; open = sentence.indexOf('(', at)) {
            int close = sentence.indexOf(')', open);
            result.append(sentence, at, open);
            result.append(
                    random.pick(List.of(sentence.substring(open + 1, close).split("\\|"))));
            at = close + 1;
        }
        return result.append(sentence, at, sentence.length()).toString();
    }

    /** Fills the slots of drawn words; slots of persons are kept. */
    private String withWords(String sentence) {
        StringBuilder result = new StringBuilder();
        int at = 0;
        for (int slot = sentence.indexOf('$'); slot >= 0; slot = sentence.indexOf('$', at)) {
            int end = slot + 1;
            while (end < sentence.length() && Character.isLetter(sentence.charAt(end))) {
                end++;
            }
            result.append(sentence, at, slot).append(word(sentence.substring(slot, end)));
            at = end;
        }
        return result.append(sentence, at, sentence.length()).toString();
    }

    /** Replaces "a" by "an" before a vowel. */
    private static String withArticles(String sentence) {
        StringBuilder result = new StringBuilder(sentence);
        for (int i = result.length() - 3; i >= 0; i--) {
            boolean article = (result.charAt(i) == 'a' || result.charAt(i) == 'A')
                    && result.charAt(i + 1) == ' '
                    && (i == 0 || " {".indexOf(result.charAt(i - 1)) >= 0);
            if (article && "aeiou".indexOf(result.charAt(i + 2)) >= 0) {
                result.insert(i + 1, 'n');
            }
        }
        return result.toString();
    }

    private String word(String slot) {
        return switch (slot) {
            case "$nameA" -> context.main.name();
            case "$nameB" -> context.friend.name();
            case "$kid" ->
                switch (context.main.gender()) {
                    case FEMALE -> "girl";
                    case MALE -> "boy";
                    default -> "child";
                };
            case "$pet" -> context.pet.singular();
            case "$herd" -> context.herd.plural();
            case "$treasure" -> context.treasure.singular();
            case "$tcolour" -> context.treasureColour;
            case "$sky" -> context.sky;
            case "$weather" -> weather()[0];
            case "$falls" -> weather()[1];
            case "$season" -> context.season;
            case "$again" -> lastNoun;
            case "$place" -> context.place().where();
            case "$goto" -> "to the " + context.place().noun();
            case "$newplace" -> {
                context.move();
                yield "to the " + context.place().noun();
            }
            case "$home" -> {
                context.moveOutdoors();
                yield context.place().noun();
            }
            case "$outdoor" -> fresh(words.outdoorPlaces()).noun();
            case "$spot" -> random.pick(context.place().outdoors() ? SPOTS_OUTDOORS : SPOTS_INDOORS);
            case "$feeling" -> fresh(words.list(context.happy() ? "happy-feeling" : "sad-feeling"));
            case "$antifeeling" -> fresh(words.list(context.happy() ? "sad-feeling" : "happy-feeling"));
            case "$animal" -> noun("animal").singular();
            case "$animals" -> lastNoun = noun("animal").plural();
            case "$thing" -> noun("object").singular();
            case "$things" -> lastNoun = noun("object").plural();
            case "$role" ->
                noun(random.pick(List.of("female-role", "male-role", "neutral-role")))
                        .singular();
            case "$kin" -> noun(random.pick(List.of("female-kin", "male-kin"))).singular();
            case "$fur" -> fresh(words.list("fur-colour"));
            case "$colour", "$number", "$quality", "$temper", "$daytime" -> fresh(words.list(slot.substring(1)));
            default -> slot;
        };
    }

    /** Returns a noun and a verb for the weather of the story. */
    private String[] weather() {
        return switch (context.sky) {
            case "rainy" -> new String[] {"rain", "fall"};
            case "snowy" -> new String[] {"snow", "fall"};
            case "windy" -> new String[] {"wind", "blow"};
            default -> new String[] {"sun", "shine"};
        };
    }

    private StoryWords.Noun noun(String nounClass) {
        return fresh(words.nouns(nounClass));
    }

    private <T> T fresh(List<T> choices) {
        T choice = random.pickOther(choices, drawn);
        drawn.add(choice);
        return choice;
    }
}
