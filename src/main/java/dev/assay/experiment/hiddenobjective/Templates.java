package dev.assay.experiment.hiddenobjective;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sentence templates of the resources by section; the header of {@code templates.txt} documents the syntax. */
final class Templates {
    /** Separates the turns of a dialogue. */
    static final String TURN = " >> ";

    private final Map<String, List<String>> sections = new LinkedHashMap<>();

    private Templates() {}

    static Templates load() {
        Templates templates = new Templates();
        List<String> section = List.of();
        for (String line : ResourceLines.of("templates.txt")) {
            if (line.startsWith("@")) {
                section = templates.sections.computeIfAbsent(line.substring(1), name -> new ArrayList<>());
            } else {
                section.add(line);
            }
        }
        return templates;
    }

    /** Returns the templates of a section, such as {@code planted}. */
    List<String> of(String section) {
        List<String> found = sections.get(section);
        if (found == null) {
            throw new IllegalArgumentException("no section @" + section);
        }
        return List.copyOf(found);
    }
}
