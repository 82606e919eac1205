package dev.assay.text.story;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells one story: how it opens, what happens, how it ends. */
final class StoryGenerator {
    private static final int LEAST_EVENTS = 4;
    private static final int MOST_EVENTS = 9;

    private final StoryRandom dice;
    private final AnnotatedText pen;
    private final StoryContext scene;
    private final StoryState state;
    private final StorySlots slots;
    private final SentenceWriter narrator;

    /** Sentences of the grammar that this story has used; none comes twice. */
    private final Set<String> used = new HashSet<>();

    StoryGenerator(long seed, int index) {
        StoryWords words = StoryWords.ALL;
        dice = new StoryRandom(seed, index);
        pen = new AnnotatedText(words);
        scene = new StoryContext(words, dice);
        state = new StoryState(pen, scene.past);
        slots = new StorySlots(words, dice, scene);
        narrator = new SentenceWriter(words, dice, scene, pen, state);
    }

    Story tell() {
        write("open");
        write("feel" + mood());
        write("friend");
        write("treasure");
        Deque<String> events = events();
        int turnAt = dice.chance(0.3) ? events.size() / 2 : 0;
        while (!events.isEmpty()) {
            write(section(events.poll()));
            if (turnAt > 0 && events.size() == turnAt) {
                scene.turn();
                write("turn" + mood());
                turnAt = 0;
            }
        }
        write("end" + mood());
        state.end();
        return pen.story();
    }

    private Deque<String> events() {
        Deque<String> events = new ArrayDeque<>();
        int count = dice.between(LEAST_EVENTS, MOST_EVENTS);
        List<String> kinds = List.of(
                "give", "give", "any", "any", "any", "surroundings", "mood", "mood", "talk", "talk", "talk-mood");
        for (int i = 0; i < count; i++) {
            events.add(dice.pick(kinds));
        }
        return events;
    }

    /** Finds the section of an event when its turn comes, since place and mood may have changed by then. */
    private String section(String event) {
        return switch (event) {
            case "surroundings" -> scene.place().outdoors() ? "outdoors" : "indoors";
            case "mood" -> mood().substring(1);
            case "talk-mood" -> "talk" + mood();
            default -> event;
        };
    }

    private String mood() {
        return scene.happy() ? "-happy" : "-sad";
    }

    private void write(String section) {
        List<String> sentences = StorySentences.ALL.of(section);
        if (used.containsAll(sentences)) {
            return;
        }
        String sentence = dice.pickOther(sentences, used);
        used.add(sentence);
        narrator.write(slots.fill(sentence));
    }
}
