package dev.assay.text.story;

import java.util.ArrayList;
import java.util.List;

/** Turns a sentence of the grammar into one of its sentences: takes the choices and draws the words. Persons stay slots. */
final class StorySlots {
    private static final List<String> SPOTS_OUTDOORS =
            List.of("under the tree", "in the grass", "behind the wall", "near the gate");
    private static final List<String> SPOTS_INDOORS =
            List.of("on the table", "under the bed", "behind the door", "near the window");

    private final StoryWords words;
    private final StoryRandom dice;
    private final StoryContext scene;

    /** What this sentence has drawn: no noun and no quality comes twice. */
    private final List<Object> drawn = new ArrayList<>();

    private String lastNoun = "";

    StorySlots(StoryWords words, StoryRandom dice, StoryContext scene) {
        this.words = words;
        this.dice = dice;
        this.scene = scene;
    }

    String fill(String sentence) {
        drawn.clear();
        drawn.addAll(List.of(scene.pet, scene.herd, scene.treasure));
        return withArticles(withWords(withChoices(sentence)));
    }

    /** Takes one alternative of each "(a|b)". */
    private String withChoices(String sentence) {
        StringBuilder result = new StringBuilder();
        int at = 0;
        for (int open = sentence.indexOf('('); open >= 0; open = sentence.indexOf('(', at)) {
            int close = sentence.indexOf(')', open);
            result.append(sentence, at, open);
            result.append(dice.pick(List.of(sentence.substring(open + 1, close).split("\\|"))));
            at = close + 1;
        }
        return result.append(sentence, at, sentence.length()).toString();
    }

    /** Replaces the slots whose words are drawn; those of persons stay. */
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

    /** Makes "an" of "a" before a vowel. */
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
            case "$nameA" -> scene.main.name();
            case "$nameB" -> scene.friend.name();
            case "$kid" ->
                switch (scene.main.gender()) {
                    case FEMALE -> "girl";
                    case MALE -> "boy";
                    default -> "child";
                };
            case "$pet" -> scene.pet.singular();
            case "$herd" -> scene.herd.plural();
            case "$treasure" -> scene.treasure.singular();
            case "$tcolour" -> scene.treasureColour;
            case "$sky" -> scene.sky;
            case "$weather" -> weather()[0];
            case "$falls" -> weather()[1];
            case "$season" -> scene.season;
            case "$again" -> lastNoun;
            case "$place" -> scene.place().where();
            case "$goto" -> "to the " + scene.place().noun();
            case "$newplace" -> {
                scene.move();
                yield "to the " + scene.place().noun();
            }
            case "$home" -> {
                scene.moveOutdoors();
                yield scene.place().noun();
            }
            case "$outdoor" -> fresh(words.outdoorPlaces()).noun();
            case "$spot" -> dice.pick(scene.place().outdoors() ? SPOTS_OUTDOORS : SPOTS_INDOORS);
            case "$feeling" -> fresh(words.list(scene.happy() ? "happy-feeling" : "sad-feeling"));
            case "$antifeeling" -> fresh(words.list(scene.happy() ? "sad-feeling" : "happy-feeling"));
            case "$animal" -> noun("animal").singular();
            case "$animals" -> lastNoun = noun("animal").plural();
            case "$thing" -> noun("object").singular();
            case "$things" -> lastNoun = noun("object").plural();
            case "$role" ->
                noun(dice.pick(List.of("female-role", "male-role", "neutral-role")))
                        .singular();
            case "$kin" -> noun(dice.pick(List.of("female-kin", "male-kin"))).singular();
            case "$fur" -> fresh(words.list("fur-colour"));
            case "$colour", "$number", "$quality", "$temper", "$daytime" -> fresh(words.list(slot.substring(1)));
            default -> slot;
        };
    }

    /** What the sky of the story brings, and what that does. */
    private String[] weather() {
        return switch (scene.sky) {
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
        T choice = dice.pickOther(choices, drawn);
        drawn.add(choice);
        return choice;
    }
}
