package dev.assay.text.story;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sentences of the story grammar by section. */
final class StorySentences {
    static final StorySentences ALL = new StorySentences(StoryResource.lines("story-sentences.txt"));

    private final Map<String, List<String>> sections = new LinkedHashMap<>();

    private StorySentences(List<String> lines) {
        List<String> section = null;
        for (String line : lines) {
            if (line.startsWith("@")) {
                section = sections.computeIfAbsent(line.substring(1), name -> new ArrayList<>());
            } else {
                section.add(line);
            }
        }
    }

    List<String> of(String section) {
        return sections.get(section);
    }
}
