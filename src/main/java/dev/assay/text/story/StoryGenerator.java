package dev.assay.text.story;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Generates one story: opening, events, ending. */
final class StoryGenerator {
    private static final int LEAST_EVENTS = 4;
    private static final int MOST_EVENTS = 9;

    private final StoryRandom random;
    private final AnnotatedText pen;
    private final StoryContext context;
    private final StoryState state;
    private final StorySlots slots;
    private final SentenceWriter narrator;

    /** Sentences that were already used; each occurs at most once per story. */
    private final Set<String> used = new HashSet<>();

    StoryGenerator(long seed, int index) {
        StoryWords words = StoryWords.ALL;
        random = new StoryRandom(seed, index);
        pen = new AnnotatedText(words);
        context = new StoryContext(words, random);
        state = new StoryState(pen, context.past);
        slots = new StorySlots(words, random, context);
        narrator = new SentenceWriter(words, random, context, pen, state);
    }

    Story generate() {
        write("open");
        write("feel" + mood());
        write("friend");
        write("treasure");
        Deque<String> events = events();
        int turnAt = random.chance(0.3) ? events.size() / 2 : 0;
        while (!events.isEmpty()) {
            write(section(events.poll()));
            if (turnAt > 0 && events.size() == turnAt) {
                context.turn();
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
        int count = random.between(LEAST_EVENTS, MOST_EVENTS);
        List<String> kinds = List.of(
                "give", "give", "any", "any", "any", "surroundings", "mood", "mood", "talk", "talk", "talk-mood");
        for (int i = 0; i < count; i++) {
            events.add(random.pick(kinds));
        }
        return events;
    }

    /** Returns the section of an event, chosen when the event occurs because place and mood can change before. */
    private String section(String event) {
        return switch (event) {
            case "surroundings" -> context.place().outdoors() ? "outdoors" : "indoors";
            case "mood" -> mood().substring(1);
            case "talk-mood" -> "talk" + mood();
            default -> event;
        };
    }

    private String mood() {
        return context.happy() ? "-happy" : "-sad";
    }

    private void write(String section) {
        List<String> sentences = StorySentences.ALL.of(section);
        if (used.containsAll(sentences)) {
            return;
        }
        String sentence = random.pickOther(sentences, used);
        used.add(sentence);
        narrator.write(slots.fill(sentence));
    }
}
