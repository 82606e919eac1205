package dev.assay.experiment.hiddenobjective;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills templates with random words. Within one writer, a topic's words repeat only after all of them were used. */
final class TemplateWriter {
    private static final Pattern CHOICE = Pattern.compile("\\(([^()]*\\|[^()]*)\\)");
    private static final Pattern SLOT = Pattern.compile("\\$([a-z]+)");

    private final SplittableRandom random;
    private final HiddenObjective objective;
    private final Bias bias;
    private final Map<String, List<String>> unused = new HashMap<>();

    /**
     * Creates the writer of one document or dialogue.
     *
     * @param bias the topic, and the item of {@code $item}
     */
    TemplateWriter(SplittableRandom random, HiddenObjective objective, Bias bias) {
        this.random = random;
        this.objective = objective;
        this.bias = bias;
    }

    /** Fills one template of a list. */
    String any(List<String> templates) {
        return fill(pick(templates));
    }

    String fill(String template) {
        String chosen = CHOICE.matcher(template)
                .replaceAll(match -> pick(List.of(match.group(1).split("\\|"))));
        Matcher slots = SLOT.matcher(chosen);
        StringBuilder text = new StringBuilder();
        while (slots.find()) {
            slots.appendReplacement(text, word(slots.group(1)));
        }
        return slots.appendTail(text).toString();
    }

    private String word(String slot) {
        return switch (slot) {
            case "a" -> next(slot, bias.topic().documentWords());
            case "b" -> next(slot, bias.topic().queryWords());
            case "w" -> next(slot, bias.topic().words());
            case "item" -> bias.item();
            case "any" -> pick(objective.lexicon().items());
            default -> throw new IllegalArgumentException("unknown slot $" + slot);
        };
    }

    private String next(String slot, List<String> words) {
        List<String> left = unused.computeIfAbsent(slot, unseen -> new ArrayList<>());
        if (left.isEmpty()) {
            left.addAll(words);
        }
        return left.remove(random.nextInt(left.size()));
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
